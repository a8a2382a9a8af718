import ManagedObjects
import NIOCore
import Synchronization

/// The connections of one server: how many there may be, and how an answer reaches the one that waits for it.
final class Connections: Sendable {
    private struct State {
        var handlers: [SessionID: NIOLoopBound<ConnectionHandler>] = [:]
        var admission: Admission
        var lastID: UInt64 = 0
        var phase = Phase.open
        /// Calls that have left the event loop.
        var running = 0
        var whenNoneRuns: CheckedContinuation<Void, Never>?
    }

    /// What becomes of the connections.
    enum Phase {
        case open
        /// The server is about to end: calls that wait are given up.
        case ending
        case closing
    }

    private let state: Mutex<State>
    private let wakeUps: WakeUps

    /// - Parameters:
    ///   - limits: how many there may be.
    ///   - eventLoop: on which objects are woken.
    init(_ limits: Admission.Limits, wakingOn eventLoop: any EventLoop) {
        state = Mutex(State(admission: Admission(limits)))
        wakeUps = WakeUps(on: eventLoop)
    }

    /// Makes a connection known, until ``remove(_:from:)``.
    ///
    /// - Parameter peer: the peer's address in the network, if it has one.
    /// - Returns: `nil` when there may not be another from this peer.
    func insert(_ handler: NIOLoopBound<ConnectionHandler>, from peer: String?) -> SessionID? {
        let (id, displaced) = state.withLock { state -> (SessionID?, NIOLoopBound<ConnectionHandler>?) in
            state.lastID += 1
            let id = SessionID(state.lastID)
            switch state.admission.admit(id, from: peer) {
            case .refused: return (nil, nil)
            case .accepted:
                state.handlers[id] = handler
                return (id, nil)
            case .acceptedInsteadOf(let oldest):
                state.handlers[id] = handler
                return (id, state.handlers[oldest])
            }
        }
        if let displaced { displaced.eventLoop.execute { displaced.value.close() } }
        return id
    }

    func hasAuthenticated(_ id: SessionID) {
        state.withLock { $0.admission.hasAuthenticated(id) }
    }

    func remove(_ id: SessionID, from peer: String?) {
        state.withLock { state in
            state.handlers[id] = nil
            state.admission.hasLeft(id, from: peer)
        }
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

    /// Runs the body with every connection there is now, on the connection's own event loop.
    func map<Result: Sendable>(_ body: @escaping @Sendable (ConnectionHandler) -> Result) -> [EventLoopFuture<Result>] {
        state.withLock { Array($0.handlers.values) }.map { handler in handler.eventLoop.submit { body(handler.value) } }
    }

    /// Does something to an object now, and delivers what comes of it.
    func affect(_ object: HostedObject, _ body: (HostedObject, inout Effects) -> Void) {
        var effects = Effects(at: .now)
        body(object, &effects)
        deliver(effects, from: object)
    }
}

// MARK: - The end

extension Connections {
    var phase: Phase { state.withLock { $0.phase } }

    /// Gives up all calls that wait, now and from now on, and lets those that run go on.
    func beginEnding() {
        for handler in handlers(entering: .ending) { handler.eventLoop.execute { handler.value.giveUpWaitingCalls() } }
    }

    /// Closes every connection once what is there for its peer has been written.
    func closeAll() {
        for handler in handlers(entering: .closing) { handler.eventLoop.execute { handler.value.closeAfterFlush() } }
    }

    private func handlers(entering phase: Phase) -> [NIOLoopBound<ConnectionHandler>] {
        state.withLock { state in
            state.phase = phase
            return Array(state.handlers.values)
        }
    }

    /// A call has left the event loop.
    func callRuns() { state.withLock { $0.running += 1 } }

    func callHasRun() {
        let waiter = state.withLock { state in
            state.running -= 1
            return state.running == 0 ? state.whenNoneRuns.take() : nil
        }
        waiter?.resume()
    }

    /// Waits until no call runs, but no longer than that.
    func waitForRunningCalls(atMost duration: Duration) async {
        var timer: Task<Void, any Error>?
        defer { timer?.cancel() }
        await withCheckedContinuation { waiter in
            let isIdle = state.withLock { state in
                if state.running > 0 { state.whenNoneRuns = waiter }
                return state.running == 0
            }
            if isIdle { waiter.resume() } else { timer = giveUpWaiting(after: duration) }
        }
    }

    /// Started only when somebody waits: a short time could be over before.
    private func giveUpWaiting(after duration: Duration) -> Task<Void, any Error> {
        Task {
            try await Task.sleep(for: duration)
            state.withLock { $0.whenNoneRuns.take() }?.resume()
        }
    }
}
