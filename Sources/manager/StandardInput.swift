import Dispatch
import Glibc

/// The lines of standard input, in batches: what one read brought.
///
/// A thread of its own reads, because a read may wait for ever, and no task can be cancelled while it blocks.
enum StandardInput {
    /// Begins to read.
    static func lines() -> AsyncStream<[[UInt8]]> {
        AsyncStream { continuation in
            let reader = DispatchQueue(label: "standard input")
            reader.async {
                var lines = LineSplitter()
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = read(STDIN_FILENO, &buffer, buffer.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { break }
                    let batch = lines.split(buffer[..<count])
                    if !batch.isEmpty { continuation.yield(batch) }
                }
                if let last = lines.rest { continuation.yield([last]) }
                continuation.finish()
            }
        }
    }
}

/// Cuts bytes into lines as they come.
struct LineSplitter {
    private var partial: [UInt8] = []

    /// The lines that are complete now, without their newlines.
    mutating func split(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        partial += bytes
        guard let newline = partial.lastIndex(of: 0x0a) else { return [] }
        let complete = partial[..<newline].split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
        partial.removeSubrange(...newline)
        return complete
    }

    /// The last line, when no newline ends it.
    var rest: [UInt8]? { partial.isEmpty ? nil : partial }
}
