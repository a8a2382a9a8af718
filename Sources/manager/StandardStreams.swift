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
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 { rest = rest.dropFirst(count) }
                guard count > 0 || errno == EINTR || errno == EAGAIN else { return }
            }
        }
    }
}
