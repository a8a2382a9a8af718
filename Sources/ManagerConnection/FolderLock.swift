#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The turn of one server among those that want a socket file in the same folder: an advisory lock of the folder, which leaves no file behind
/// and ends with the process.
///
/// Without it a server that has made its socket file and does not listen yet would be taken for a dead one by another that starts.
enum FolderLock {
    /// How long others are waited for, in milliseconds; a turn takes microseconds. Whoever may read the folder may lock it.
    private static let patience = 2_000

    /// Waits for the turn.
    ///
    /// - Returns: a descriptor, for ``release(_:)``.
    /// - Throws: ``SystemError``, with `EADDRINUSE` when somebody keeps the folder locked.
    static func acquire(ofFileAt path: String) throws(SystemError) -> CInt {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(code: errno) }
        for _ in 0..<patience {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
            usleep(1_000)
        }
        close(descriptor)
        throw SystemError(code: EADDRINUSE)
    }

    static func release(_ descriptor: CInt) { close(descriptor) }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
