public import NIOCore

/// The frames of a session that carries many calls at once.
///
/// A client asks for it where it would ask for `accept_connection`: its first request is `accept_multiplexed(name)`, and the answer is that of
/// `server_info()`, a `dict` with `epoch`, `shared`, `outstanding_calls` and
/// `heartbeat`. From then on each frame of the client's is
///
///     kind: 1 byte    number: 8 bytes, little-endian    body
///     1 request       one that is larger than all before    the pickle of (ident, methodname, args, kwds)
///     2 cancel        of the call to give up                none
///     3 acknowledge   of the call whose reply was kept      none
///     4 heartbeat     0                                     none
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
/// A client that is told a `heartbeat` sends a frame of that kind so often (milliseconds; 0 for never). From the first on the server sends one as
/// often: the number 0, the flag 4 and no pickle. Whoever then hears nothing of the other for four times as long takes it for gone.
///
/// A client has no more calls outstanding (not answered, or kept and not acknowledged) than `outstanding_calls`; beyond that the server does not read.
/// What is not such a frame (too short, of another kind, with a number that is not larger, with a body where none belongs) ends the connection. A body
/// that is no request is answered with a `#TRACEBACK`, as in CPython's sessions.
public enum MultiplexedFrame {
    /// What a client's frame is.
    public enum Kind: UInt8, Sendable {
        case request = 1, cancel, acknowledge, heartbeat
    }

    /// What a reply is, beside its pickle.
    public struct Flags: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The server keeps what the reply refers to until it is acknowledged.
        public static let isKept = Flags(rawValue: 1)
        /// The call was cancelled and has done nothing; there is no pickle.
        public static let isCancelled = Flags(rawValue: 2)
        /// No reply, but a sign of life.
        public static let isHeartbeat = Flags(rawValue: 4)
    }

    /// What stands before a reply's pickle.
    public struct ReplyHeader: Sendable {
        /// Of the call that is answered.
        public let number: UInt64
        public let flags: Flags

        /// A header.
        public init(number: UInt64, flags: Flags) {
            self.number = number
            self.flags = flags
        }

        /// Writes the header into memory that has room for it.
        ///
        /// - Parameters:
        ///   - memory: where it is written.
        ///   - offset: where it begins there.
        /// - Returns: where it ends.
        @inlinable
        public func write(to memory: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
            memory.storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt64.self)
            memory.storeBytes(of: flags.rawValue, toByteOffset: offset + 8, as: UInt8.self)
            return offset + MultiplexedFrame.headerLength
        }
    }

    /// Bytes before the body, in either direction.
    public static let headerLength = 9
}

extension ByteBuffer {
    /// Writes a client's frame.
    public mutating func writeMultiplexedFrame(_ kind: MultiplexedFrame.Kind, of number: UInt64, body: some Collection<UInt8> = []) {
        writeFrameHeader(length: MultiplexedFrame.headerLength + body.count)
        writeInteger(kind.rawValue)
        writeInteger(number, endianness: .little)
        writeBytes(body)
    }

    /// Reads what stands before a reply's pickle.
    ///
    /// - Returns: `nil` when the frame is too short.
    public mutating func readMultiplexedReplyHeader() -> MultiplexedFrame.ReplyHeader? {
        guard let number = readInteger(endianness: .little, as: UInt64.self), let flags = readInteger(as: UInt8.self) else { return nil }
        return MultiplexedFrame.ReplyHeader(number: number, flags: MultiplexedFrame.Flags(rawValue: flags))
    }
}
