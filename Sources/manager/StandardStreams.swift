import Glibc

/// The standard streams as bytes.
enum StandardStreams {
    /// Writes all of it to standard output.
    static func output(_ bytes: some Sequence<UInt8>) { write(Array(bytes), to: STDOUT_FILENO) }
    static func output(_ text: String) { output(text.utf8) }

    /// Writes all of it to standard error.
    static func error(_ bytes: some Sequence<UInt8>) { write(Array(bytes), to: STDERR_FILENO) }
    static func error(_ text: String) { error(text.utf8) }

    /// Whether standard error is a terminal.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR || errno == EAGAIN else { return }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// The lines of standard input, as they come, in batches: what one read brought.
struct InputLines: Sequence, IteratorProtocol {
    private var partial: [UInt8] = []
    private var hasEnded = false

    mutating func next() -> [[UInt8]]? {
        while !hasEnded {
            let lines = readBatch()
            if !lines.isEmpty { return lines }
        }
        return nil
    }

    private mutating func readBatch() -> [[UInt8]] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        guard count > 0 else {
            if count < 0, errno == EINTR { return [] }
            hasEnded = true
            defer { partial = [] }
            return partial.isEmpty ? [] : [partial]
        }
        partial += buffer[..<count]
        guard let newline = partial.lastIndex(of: 0x0a) else { return [] }
        let complete = partial[..<newline].split(separator: 0x0a, omittingEmptySubsequences: false).map(Array.init)
        partial.removeSubrange(...newline)
        return complete
    }
}
