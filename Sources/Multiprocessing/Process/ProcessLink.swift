import Glibc

/// One end of the stream between a process and its child.
///
/// The child's preparation goes down, its reports come up, and the end of the stream says that the other process is gone:
/// only the two of them ever hold it. It is a socket and not a pipe, so that writing to a dead process is an error and not a SIGPIPE.
final class ProcessLink: Sendable {
    /// The longest message in bytes.
    static let longestMessage = Int(Int32.max)

    private let socket: Descriptor

    init(_ socket: Descriptor) { self.socket = socket }

    var descriptor: Int32 { socket.number }

    /// Makes the two ends; neither is inherited unless `spawn` passes it on.
    static func pair() throws(ProcessError) -> (parent: ProcessLink, child: ProcessLink) {
        let (parent, child) = try Descriptor.socketPair()
        return (ProcessLink(parent), ProcessLink(child))
    }

    /// Says that nothing more comes from this end.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Sends a message, and blocks until the peer has taken it; false when the peer is gone.
    @discardableResult
    func send(_ message: LinkMessage) -> Bool {
        let bytes = message.encoded()
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count == -1 && errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// Takes the messages off a link, several of them with one system call if they have come together.
struct LinkReader: Sendable {
    /// Bytes that are asked for at once: for short messages, and at most for a long one.
    private static let (shortRead, longRead) = (65_536, 1 << 20)

    private let link: ProcessLink
    private var unread: ArraySlice<UInt8> = []

    init(_ link: ProcessLink) { self.link = link }

    /// Blocks until a message has come; nil at the end of the stream, and when what comes is not a message.
    mutating func receive() -> LinkMessage? {
        guard let header = take(LinkMessage.headerSize), let length = LinkMessage.length(header), let body = take(length) else { return nil }
        return LinkMessage(decoding: body)
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        while unread.count < count {
            guard readMore(count - unread.count) else { return nil }
        }
        defer { unread = unread.dropFirst(count) }
        return unread.prefix(count)
    }

    private mutating func readMore(_ wanted: Int) -> Bool {
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: min(max(wanted, Self.shortRead), Self.longRead)) { buffer, count in
            repeat { received = recv(link.descriptor, buffer.baseAddress, buffer.count, 0) } while received == -1 && errno == EINTR
            count = max(received, 0)
        }
        if unread.isEmpty { unread = bytes[...] } else { unread += bytes }
        return received > 0
    }
}
