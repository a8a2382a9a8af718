import ManagerConnection

/// One message of a client in its session.
enum ClientMessage {
    /// A call, under the number that is its name in the session. It may say that the answer to an earlier one has been taken over.
    case request(number: UInt64, body: FrameBytes, acknowledging: UInt64?)
    /// The answer is not wanted any more.
    case cancellation(of: UInt64)
    /// What the answer refers to need not be kept any more.
    case acknowledgement(of: UInt64)
    /// The client is still there.
    case heartbeat
}

/// How the messages of a session look: what differs between CPython's sessions and multiplexed ones.
///
/// An `enum`, since this is on the way of every call, and a protocol's calls are not inlined.
enum MessageForm {
    case plain(PlainMessages)
    case multiplexed(MultiplexedMessages)

    /// Whether the next request may be served while so many calls wait, and the replies of so many are kept.
    func mayServe(waiting: Int, kept: Int) -> Bool {
        switch self {
        case .plain: waiting == 0
        case .multiplexed(let messages): messages.mayServe(outstanding: waiting + kept)
        }
    }

    /// - Returns: `nil` when it is no message, which ends the connection.
    mutating func read(_ frame: FrameBytes) -> ClientMessage? {
        switch self {
        case .plain(var messages):
            defer { self = .plain(messages) }
            return messages.read(frame)
        case .multiplexed(var messages):
            defer { self = .multiplexed(messages) }
            return messages.read(frame)
        }
    }

    /// What stands before a reply in its frame; `nil` for nothing.
    func replyHeader(of number: UInt64, _ flags: MultiplexedFrame.Flags) -> MultiplexedFrame.ReplyHeader? {
        switch self {
        case .plain: nil
        case .multiplexed: MultiplexedFrame.ReplyHeader(number: number, flags: flags)
        }
    }
}

/// CPython's form: a frame is a request, and its reply comes before the next is served. Asking again says that the last reply has been
/// taken over.
struct PlainMessages {
    private var last: UInt64 = 0

    /// An empty frame is what CPython takes for the end.
    mutating func read(_ frame: FrameBytes) -> ClientMessage? {
        guard !frame.bytes.isEmpty else { return nil }
        last += 1
        return .request(number: last, body: frame, acknowledging: last - 1)
    }
}
