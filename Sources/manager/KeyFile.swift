import Glibc
import Multiprocessing

/// A file that holds a key.
enum KeyFile {
    private static let greatestLength = 1 << 16

    /// The file's bytes without the newline that an editor or `echo` puts at the end.
    ///
    /// - Throws: ``Failure`` when it cannot be read, or holds nothing.
    static func read(_ path: String) throws -> AuthenticationKey {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        warnIfOthersCanRead(descriptor, path)
        var buffer = [UInt8](repeating: 0, count: greatestLength)
        // No copy of the key is left behind.
        defer { buffer.withUnsafeMutableBytes { bytes in if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) } } }
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw unreadable(path) }
        let key = buffer[..<count]
        guard let last = key.last, key != [0x0a] else { throw Failure("the key file \(path) is empty") }
        return AuthenticationKey(last == 0x0a ? key.dropLast() : key)
    }

    private static func unreadable(_ path: String) -> Failure {
        Failure("cannot read the key file \(path): \(String(cString: strerror(errno)))")
    }

    private static func warnIfOthersCanRead(_ descriptor: Int32, _ path: String) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        StandardStreams.error("manager: warning: others can read the key file \(path): chmod 600 \(path)\n")
    }
}
