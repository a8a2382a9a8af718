import NIOCore

/// The form of a session that carries many calls at once.
///
/// A client asks for it where it would ask for `accept_connection`: its first request is `accept_multiplexed(name)`, and the answer is that of
/// `server_info()`, a `dict` with `epoch`, `shared` and `outstanding_calls`. From then on each frame of the client's is
///
///     kind: 1 byte    number: 8 bytes, little-endian    body
///     1 request       one that is larger than all before    the pickle of (ident, methodname, args, kwds)
///     2 cancel        of the call to give up                none
///     3 acknowledge   of the call whose reply was kept      none
///
/// and each of the server's is
///
///     number: 8 bytes, little-endian    flags: 1 byte    the pickle of (kind, result)
///
/// Replies come in the order in which calls are done. Every request is answered exactly once. A call that is cancelled while it waits has done
/// nothing, and is answered with the flag 2 and no pickle; when its result was on the way, the result comes, and the cancellation means nothing,
/// as that of a number which is not outstanding. A reply with the flag 1 holds proxies: what they refer to is kept until the client
/// acknowledges it, by when it has references of its own. A request's `ident` may be `None` for a function of the server; the references that
/// `create`, `incref` and `#PROXY` count end with the connection.
///
/// A client has no more calls outstanding (not answered, or kept and not acknowledged) than `outstanding_calls`; beyond that the server does not read.
/// What is not such a frame (too short, of another kind, with a number that is not larger, with a body where none belongs) ends the connection. A body
/// that is no request is answered with a `#TRACEBACK`, as in CPython's sessions.
struct MultiplexedMessages: MessageForm {
    private enum Kind: UInt8 { case request = 1, cancel, acknowledge }
    private static let headerLength = 9

    private let maximumOutstandingCalls: Int
    private var last: UInt64 = 0

    init(maximumOutstandingCalls: Int) { self.maximumOutstandingCalls = maximumOutstandingCalls }

    func maySend(beside calls: OutstandingCalls) -> Bool { calls.count < maximumOutstandingCalls }

    mutating func read(_ frame: UnsafeRawBufferPointer) -> ClientMessage? {
        guard frame.count >= Self.headerLength, let kind = Kind(rawValue: frame[0]) else { return nil }
        let number = UInt64(littleEndian: frame.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
        let body = UnsafeRawBufferPointer(rebasing: frame[Self.headerLength...])
        switch kind {
        case .request:
            guard number > last else { return nil }
            last = number
            return .request(number: number, body: body, acknowledging: nil)
        case .cancel: return body.isEmpty ? .cancellation(of: number) : nil
        case .acknowledge: return body.isEmpty ? .acknowledgement(of: number) : nil
        }
    }

    func writeHeader(of number: UInt64, to output: inout ByteBuffer) {
        output.writeInteger(number, endianness: .little)
        output.writeInteger(ReplyFlags().rawValue)
    }

    func setFlags(_ flags: ReplyFlags, at index: Int, in output: inout ByteBuffer) {
        output.setInteger(flags.rawValue, at: index + 8)
    }
}
