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
    /// gone goes back to the object.
    func deliver(_ effects: Effects, from object: HostedObject) {
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
        var effects = Effects()
        object.takeBack(answer, effects: &effects)
        deliver(effects, from: object)
    }

    /// Runs the body with every connection there is now, on the connection's own event loop.
    func forEach(_ body: @escaping @Sendable (ConnectionHandler) -> Void) {
        for handler in state.withLock({ Array($0.handlers.values) }) { handler.eventLoop.execute { body(handler.value) } }
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
