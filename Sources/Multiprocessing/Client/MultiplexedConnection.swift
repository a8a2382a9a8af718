import ManagerConnection
import NIOCore
import Synchronization

/// A connection that carries many calls at once, to a server that has the extension (``MultiplexedFrame`` describes it).
///
/// Requests that are made before the event loop comes to write are written together.
final class MultiplexedConnection: FrameReceiver, Sendable {
    let info: ServerInfo
    private let connection: ClientConnection
    private let cancellationTimeout: Duration
    private let state = Mutex(State())

    private struct State {
        var calls = SentCalls()
        /// How many replies the server keeps until they are acknowledged.
        var kept = 0
        var output = ByteBuffer()
        /// When the calls will be looked at next.
        var nextLook = NIODeadline.distantFuture
        var end: ManagerError?

        /// The calls are to be looked at then.
        mutating func expect(_ moment: NIODeadline?) {
            if let moment, moment < nextLook { nextLook = moment }
        }
    }

    /// - Parameter connection: one whose server has agreed.
    init(_ connection: ClientConnection, info: ServerInfo, cancellationTimeout: Duration) {
        self.connection = connection
        self.info = info
        self.cancellationTimeout = cancellationTimeout
        connection.handOver(to: self)
        if let heartbeat = info.heartbeat, heartbeat > 0 { connection.showLife(every: .milliseconds(Int64(heartbeat))) }
    }

    var isActive: Bool { state.withLock { $0.end == nil } }

    func close() { connection.close() }

    /// Runs the body when the connection has ended.
    func whenEnded(_ body: @escaping @Sendable () -> Void) { connection.whenClosed(body) }

    // MARK: Calls

    /// A call was not sent: the connection had ended.
    struct NotSent: Error {}

    /// Sends a request if there is room for one more call. The server is not to have more outstanding than it said, for then it stops reading.
    ///
    /// - Parameter isUrgent: whether it may take the room that is left to functions of the server, which do not wait.
    /// - Returns: the call's number, for ``reply(to:)``, which must follow; `nil` when there is no room, or the connection has ended.
    func send(_ request: [UInt8], _ limit: CallLimit, isUrgent: Bool = false) -> UInt64? {
        let most = isUrgent ? Int.max : max(info.outstandingCalls - max(info.outstandingCalls / 16, 1), 1)
        return change { state in
            guard state.end == nil, state.calls.count + state.kept < most else { return nil }
            let number = state.calls.insert(limit)
            state.output.writeMultiplexedFrame(.request, of: number, body: request)
            state.expect(limit.deadline?.moment)
            return number
        }
    }

    /// Waits for the reply to a call. When the task is cancelled or the time is over, the server is asked to give the call up; if it was too late
    /// for that, the reply is returned.
    ///
    /// - Throws: ``ManagerError``, `CancellationError`.
    func reply(to number: UInt64) async throws -> MultiplexedReply {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let outcome = state.withLock { $0.calls.wait(waiter, for: number) }
                if let outcome { waiter.resume(with: outcome) }
            }
        } onCancel: {
            abandon(number, CancellationError())
        }
    }

    /// Asks the server to give a call up. What comes of it is the server's to say.
    private func abandon(_ number: UInt64, _ error: any Error) {
        let until = NIODeadline.now() + TimeAmount(cancellationTimeout)
        change { state in
            guard state.calls.abandon(number, error, until: until) else { return }
            state.output.writeMultiplexedFrame(.cancel, of: number)
            state.expect(until)
        }
    }

    /// A reply has been read: proxies in it have references of their own.
    func acknowledge(_ reply: MultiplexedReply) {
        guard reply.isKept else { return }
        change { state in
            state.output.writeMultiplexedFrame(.acknowledge, of: reply.number)
            state.kept -= 1
        }
    }

    // MARK: What arrives

    func receive(_ frame: ByteBuffer) throws {
        var bytes = frame
        guard let header = bytes.readMultiplexedReplyHeader() else {
            throw ManagerError(.protocolViolation, "the server sent a message that is too short")
        }
        if header.flags.contains(.isHeartbeat) { return }
        let reply = MultiplexedReply(number: header.number, isKept: header.flags.contains(.isKept), bytes: bytes)
        let settled = try state.withLock { state in
            if reply.isKept { state.kept += 1 }
            return try state.calls.settle(reply, isCancelled: header.flags.contains(.isCancelled))
        }
        if let (waiter, outcome) = settled { waiter.resume(with: outcome) }
    }

    func connectionHasEnded(_ error: ManagerError) {
        let settled = state.withLock { state in
            state.end = state.end ?? error
            return state.calls.settleAll(error)
        }
        for (waiter, outcome) in settled { waiter.resume(with: outcome) }
    }

    // MARK: Writing, and time

    /// Changes the state, and sees to it that what is to be written is written, and that calls are looked at when they are due.
    private func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, writes, look) = state.withLock { state in
            let (wasEmpty, look) = (state.output.readableBytes == 0, state.nextLook)
            let value = body(&state)
            return (value, wasEmpty && state.output.readableBytes > 0, state.nextLook < look ? state.nextLook : nil)
        }
        if writes { connection.eventLoop.execute { self.flush() } }
        // Not weakly: objects that are ever referred to so are counted in a slower way, and this is on the way of every call.
        if let look { connection.eventLoop.scheduleTask(deadline: look) { self.look() } }
        return value
    }

    private func flush() {
        let output = state.withLock { state in
            defer { state.output = ByteBuffer() }
            return state.output
        }
        connection.write(output)
    }

    /// Gives up the calls whose time is over.
    private func look() {
        let now = NIODeadline.now()
        let (late, isUnanswered) = state.withLock { state in
            state.nextLook = .distantFuture
            return (state.calls.late(at: now), state.calls.isUnanswered(at: now))
        }
        for (number, error) in late { abandon(number, error) }
        if isUnanswered { endUnanswered() }
        change { $0.expect($0.calls.due) }
    }

    private func endUnanswered() {
        connectionHasEnded(ManagerError(.connectionLost, "the server did not say within \(cancellationTimeout) what came of a call that was given up"))
        close()
    }
}
