import Dispatch
import Glibc

/// The lines of standard input, in batches: what one read brought. It is read no faster than the batches are taken.
///
/// A thread of its own reads, because a read may wait for ever, and no task can be cancelled while it blocks.
struct StandardInput: AsyncSequence, Sendable {
    private let batches: AsyncStream<[[UInt8]]>
    /// One for each batch that was asked for: the reading is one ahead.
    private let permits = DispatchSemaphore(value: 0)

    private static let readSize = 1 << 16

    /// Begins to read.
    init() {
        let (batches, continuation) = AsyncStream.makeStream(of: [[UInt8]].self)
        self.batches = batches
        DispatchQueue(label: "standard input").async { [permits] in
            var lines = LineSplitter()
            while let bytes = Self.read() {
                let batch = lines.split(bytes)
                if batch.isEmpty { continue }
                continuation.yield(batch)
                permits.wait()
            }
            if let last = lines.rest { continuation.yield([last]) }
            continuation.finish()
        }
    }

    /// What is there, at least one byte; `nil` at the end.
    private static func read() -> [UInt8]? {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: readSize) { buffer, initialized in
                count = Glibc.read(STDIN_FILENO, buffer.baseAddress, readSize)
                initialized = Swift.max(count, 0)
            }
            if count > 0 { return bytes }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var batches: AsyncStream<[[UInt8]]>.AsyncIterator
        fileprivate let permits: DispatchSemaphore

        mutating func next() async -> [[UInt8]]? {
            permits.signal()
            return await batches.next(isolation: #isolation)
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(batches: batches.makeAsyncIterator(), permits: permits)
    }
}

/// Cuts bytes into lines as they come.
struct LineSplitter {
    private var partial: [UInt8] = []

    /// The lines that are complete now, without their newlines.
    mutating func split(_ bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let newline = rest.firstIndex(of: 0x0a) {
            lines.append(partial + rest[..<newline])
            partial = []
            rest = rest[(newline + 1)...]
        }
        partial += rest
        return lines
    }

    /// The last line, when no newline ends it.
    var rest: [UInt8]? { partial.isEmpty ? nil : partial }
}
