#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A socket file by its identity, so that what another server has put in its place is never removed.
struct SocketFile: Hashable, Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// The socket file at `path`; `nil` when nothing is there, or a file of another kind.
    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Removes the file, if it is still this one.
    func remove() {
        if SocketFile(path: path) == self { unlink(path) }
    }

    /// Whether a file of another kind is at `path`; a symbolic link is what it leads to.
    static func isTaken(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFSOCK
    }
}
