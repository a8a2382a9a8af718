import Glibc
import Synchronization

/// What a child writes to a stream that is captured, as it comes: an `AsyncSequence` of pieces of bytes.
///
/// The sequence ends when the child, and every process that it gave the stream to, has closed it. Nothing is read ahead: while nobody reads,
/// the child waits once it has written 64 KiB. Each byte is read once, also if several tasks read.
///
/// <!-- given: child: ChildProcess -->
/// ```swift
/// for try await line in try child.standardOutput.lines { print("child: \(line)") }
/// ```
public struct CapturedOutput: AsyncSequence, Sendable {
    /// At most this many bytes come in one piece: what a pipe holds.
    static let longestPiece = 65_536

    private let reader: DescriptorReader

    init(_ descriptor: Descriptor) { reader = DescriptorReader(descriptor) }

    /// Reads piece after piece.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let reader: DescriptorReader

        /// The next bytes; `nil` at the end.
        ///
        /// - Throws: `CancellationError` when this task is cancelled; what comes next is then still to be read.
        public func next() async throws -> [UInt8]? { try await reader.next() }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// The text's lines, without their ends.
    public var lines: OutputLines { OutputLines(pieces: self) }

    /// Reads until the end.
    ///
    /// - Parameter limit: how many bytes there may be.
    /// - Throws: ``ProcessError`` (`tooMuchOutput`) when there are more; `CancellationError` when this task is cancelled.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in self {
            bytes += piece
            guard bytes.count <= limit else {
                throw ProcessError(.tooMuchOutput, "the child has written more than the \(limit) bytes that collect(upTo:) allows")
            }
        }
        return bytes
    }
}

/// Reads a descriptor without holding up the threads that tasks share.
private final class DescriptorReader: Sendable {
    private let descriptor: Descriptor
    /// The wait for more that is going on; a cancelled reader leaves it to the next one.
    private let wait = Mutex<OneShot<Void>?>(nil)

    init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
        _ = fcntl(descriptor.number, F_SETFL, O_NONBLOCK)
    }

    func next() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            if let bytes = read() { return bytes.isEmpty ? nil : bytes }
            try await untilReadable()
        }
    }

    /// What there is; empty at the end, nil if nothing has come yet.
    private func read() -> [UInt8]? {
        var isEarly = false
        let bytes = [UInt8](unsafeUninitializedCapacity: CapturedOutput.longestPiece) { buffer, count in
            var outcome = 0
            repeat { outcome = Glibc.read(descriptor.number, buffer.baseAddress, buffer.count) } while outcome == -1 && errno == EINTR
            isEarly = outcome == -1 && errno == EAGAIN
            count = max(outcome, 0)
        }
        return isEarly ? nil : bytes
    }

    private func untilReadable() async throws {
        let readable = try wait.withLock { wait throws(ProcessError) in
            if let wait { return wait }
            let readable = OneShot<Void>()
            try BlockingThread.run { self.poll(readable) }
            wait = readable
            return readable
        }
        try await readable.value()
    }

    private func poll(_ readable: OneShot<Void>) {
        var request = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        while Glibc.poll(&request, 1, -1) == -1 && errno == EINTR {}
        wait.withLock { $0 = nil }
        readable.set(())
    }
}
