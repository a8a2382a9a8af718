import ManagedObjects
import ManagerConnection
import NIOCore
import Pickle

/// What passes between a session and its peer: messages in, replies out, and the calls that have not come to their end.
///
/// It knows no channel and no timer. What these are needed for is an ``Event``.
struct Exchange {
    var session: Session
    /// What there is for the peer.
    var output = ReplyOutput()
    private var form = MessageForm.plain(PlainMessages())
    private var calls = OutstandingCalls()

    /// Bytes of replies that are gathered before they are written, so that a peer that sends much and reads nothing is noticed.
    private static let outputBatch = 1 << 18

    /// What a message brings about outside the session.
    enum Event {
        /// The call waits until it is answered, or until the time has come.
        case waits(WaitingCall, until: Timestamp?)
        /// The next message may not be served before a call has come to its end.
        case mustWait
        /// The peer shows that it is there.
        case heartbeat
        /// There is a batch of replies to be written.
        case outputIsFull
        /// It was no message: the connection ends.
        case ends
    }

    init(_ session: Session) { self.session = session }

    /// From now on the peer's messages are those of many calls at once.
    mutating func multiplex(_ maximumOutstandingCalls: Int) {
        form = .multiplexed(MultiplexedMessages(maximumOutstandingCalls: maximumOutstandingCalls))
    }

    /// Whether the next request may be served now, and does not have to wait for the end of one before.
    var mayServe: Bool { form.mayServe(waiting: calls.waitingCount, kept: calls.keptCount) }
}

// MARK: - Messages

extension Exchange {
    /// Serves the messages that are there.
    ///
    /// - Returns: the first event; `nil` when there was none, and the next message is not there.
    /// - Throws: ``FrameError`` as ``FrameInput/serve(_:_:)`` does.
    mutating func serve(_ input: inout FrameInput, _ decoder: FrameDecoder, now: Timestamp) throws(FrameError) -> Event? {
        if let obstacle { return obstacle }
        return try input.serve(decoder) { receive($0, now: now) ?? obstacle }
    }

    /// What keeps the next message from being served now.
    private var obstacle: Event? {
        if !mayServe { return .mustWait }
        return output.count < Self.outputBatch ? nil : .outputIsFull
    }

    private mutating func receive(_ frame: FrameBytes, now: Timestamp) -> Event? {
        switch form.read(frame) {
        case .request(let number, let body, let earlier):
            if let earlier { calls.release(earlier) }
            return serve(body, as: number, now: now)
        case .cancellation(let number): cancel(number)
        case .acknowledgement(let number): calls.release(number)
        case .heartbeat: return .heartbeat
        case nil: return .ends
        }
        return nil
    }

    private mutating func serve(_ request: FrameBytes, as number: UInt64, now: Timestamp) -> Event? {
        switch session.serve(request, as: number, now: now) {
        case .answered(let reply):
            write(reply, to: number, at: session.peerProtocol)
            return nil
        case .waits(let call, let until): return .waits(call, until: until)
        }
    }

    /// Answers the first request, which says what the connection is for.
    mutating func open(_ frame: FrameBytes, now: Timestamp) -> Session.Opening {
        let (opening, reply) = session.open(frame, now: now)
        output.writeFrame(nil, reply, at: session.peerProtocol)
        return opening
    }

    /// Gives a call up for its peer. One that does not wait any more is answered as if nothing had been said.
    private mutating func cancel(_ number: UInt64) {
        guard let call = calls[number], session.cancel(call) else { return }
        calls.remove(number)
        writeHeader(of: number, .isCancelled)
    }
}

// MARK: - Calls that wait

extension Exchange {
    /// Keeps a call that waits.
    ///
    /// - Parameter timer: what ends its waiting.
    mutating func insert(_ call: WaitingCall, timer: Scheduled<Void>?) { calls.insert(call, timer: timer) }

    /// A call that waits.
    subscript(number: UInt64) -> WaitingCall? { calls[number] }

    /// Those that wait for others, not those that are at work.
    var parked: [WaitingCall] { calls.parked }

    /// Answers a call, which waits no longer.
    mutating func answer(_ call: WaitingCall, _ reply: Reply) {
        calls.remove(call.id.number)
        write(session.pickled(reply, at: call.version), to: call.id.number, at: call.version)
    }

    /// The peer has gone.
    mutating func end() {
        session.audit?.ended()
        session.end(waiting: calls.removeAll())
    }
}

// MARK: - Replies

extension Exchange {
    private mutating func write(_ reply: PickledReply, to number: UInt64, at version: PickleProtocol) {
        let owner = reply.result.owner
        if let owner { calls.keep(owner, for: number) }
        output.writeFrame(form.replyHeader(of: number, owner == nil ? [] : .isKept), reply, at: version)
    }

    /// Writes a sign of life.
    mutating func beat() { writeHeader(of: 0, .isHeartbeat) }

    /// Writes what a message without a reply is.
    private mutating func writeHeader(of number: UInt64, _ flags: MultiplexedFrame.Flags) {
        if let header = form.replyHeader(of: number, flags) { output.writeFrame(header) }
    }
}
