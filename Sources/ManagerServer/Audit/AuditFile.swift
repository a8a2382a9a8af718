import Glibc

/// A file that lines are added to.
struct AuditFile: Sendable {
    let path: String
    private let descriptor: CInt
    /// Whether the last byte that was written ends a line.
    private(set) var isAtStartOfLine = true

    /// Opens the file, or makes one that is its owner's alone.
    init(path: String) throws(AuditError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw AuditError(path: path, code: errno) }
    }

    func close() { Glibc.close(descriptor) }

    /// Writes the bytes and removes those that have been written.
    ///
    /// - Returns: why some could not be written.
    mutating func write(_ bytes: inout [UInt8]) -> AuditError? {
        var written = 0
        defer {
            if written > 0 { isAtStartOfLine = bytes[written - 1] == UInt8(ascii: "\n") }
            bytes.removeFirst(written)
        }
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { written += count }
            guard count > 0 || errno == EINTR else { return AuditError(path: path, code: errno) }
        }
        return nil
    }
}

/// The audit log cannot be opened or written.
public struct AuditError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// The system's `errno`.
    public let code: Int32

    /// Says which file, and why.
    public var description: String { "the audit log \(path) cannot be written: \(String(cString: strerror(code)))" }
}
