import ManagedObjects
import NIOCore
import Synchronization

/// The connections of one server: how an answer reaches the one that waits for it.
final class Connections: Sendable {
    private struct State {
        var handlers: [SessionID: NIOLoopBound<ConnectionHandler>] = [:]
        var lastID: UInt64 = 0
        var areClosing = false
    }

    private let state = Mutex(State())
    private let wakeUps: WakeUps

    /// - Parameter eventLoop: on which objects are woken.
    init(on eventLoop: any EventLoop) { wakeUps = WakeUps(on: eventLoop) }

    /// Makes a connection known, until ``remove(_:)``.
    func insert(_ handler: NIOLoopBound<ConnectionHandler>) -> SessionID {
        state.withLock { state in
            state.lastID += 1
            let id = SessionID(state.lastID)
            state.handlers[id] = handler
            return id
        }
    }

    func remove(_ id: SessionID) {
        _ = state.withLock { $0.handlers.removeValue(forKey: id) }
    }

    var count: Int { state.withLock { $0.handlers.count } }

    /// Brings each answer to the connection that waits for it, on the connection's own event loop. One whose connection has
    /// gone goes back to the object. And sees to it that the object is woken when it has asked for that.
    func deliver(_ effects: Effects, from object: HostedObject) {
        if let moment = effects.wakeUp { wakeUps.set(object, at: moment) { self.affect($0) { $0.wake(effects: &$1) } } }
        for answer in effects.answers {
            guard let handler = state.withLock({ $0.handlers[answer.call.session] }) else {
                takeBack(answer, to: object)
                continue
            }
            handler.eventLoop.execute {
                if !handler.value.resume(with: answer) { self.takeBack(answer, to: object) }
            }
        }
    }

    private func takeBack(_ answer: Answer, to object: HostedObject) {
        affect(object) { $0.takeBack(answer, effects: &$1) }
    }

    /// Does something to an object now, and delivers what comes of it.
    func affect(_ object: HostedObject, _ body: (HostedObject, inout Effects) -> Void) {
        var effects = Effects(at: .now)
        body(object, &effects)
        deliver(effects, from: object)
    }

    /// Whether the server ends.
    var areClosing: Bool { state.withLock { $0.areClosing } }

    /// Closes every connection.
    func closeAll() {
        let handlers = state.withLock { state in
            state.areClosing = true
            return Array(state.handlers.values)
        }
        for handler in handlers { handler.eventLoop.execute { handler.value.close() } }
    }
}

extension Timestamp {
    /// The time by the clock of the event loops, which only moves forward.
    static var now: Timestamp { Timestamp(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds)) }
}
