import Glibc

/// One end of the stream between a process and its child.
///
/// The child's preparation goes down, its reports come up, and the end of the stream says that the other process is gone:
/// only the two of them ever hold it. It is a socket and not a pipe, so that writing to a dead process is an error and not a SIGPIPE.
final class ProcessLink: Sendable {
    /// The longest message in bytes.
    static let longestMessage = Int(Int32.max)

    let descriptor: Int32

    /// Takes over the descriptor, and closes it in the end.
    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Makes the two ends; neither is inherited unless `spawn` passes it on.
    static func pair() throws(ProcessError) -> (parent: ProcessLink, child: ProcessLink) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .system("socketpair") }
        return (ProcessLink(descriptor: ends[0]), ProcessLink(descriptor: ends[1]))
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

    /// Blocks until a message has come; nil at the end of the stream.
    func receive() -> LinkMessage? {
        guard let header = read(LinkMessage.headerSize), let length = LinkMessage.length(header) else { return nil }
        return read(length).flatMap { LinkMessage(decoding: $0) }
    }

    /// Blocks until the peer has closed its end.
    func awaitEnd() { while read(1) != nil {} }

    private func read(_ size: Int) -> [UInt8]? {
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            while received < size {
                let count = recv(descriptor, buffer.baseAddress.map { $0 + received }, size - received, 0)
                if count == -1 && errno == EINTR { continue }
                guard count > 0 else { break }
                received += count
            }
            initialized = received
        }
        return received == size ? bytes : nil
    }
}
