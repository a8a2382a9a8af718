#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A socket that listens, and the file that ends with it, if it has one.
struct ListeningSocket: ~Copyable {
    private let socket: SystemSocket
    /// The socket file, to be removed when the socket is closed.
    let file: SocketFile?

    /// Listens on a TCP port or an abstract name.
    init(at address: SystemAddress, backlog: Int32) throws(SystemError) {
        let socket = try SystemSocket(family: address.family)
        if address.family != AF_UNIX { try socket.reuseAddress() }
        try socket.bind(to: address)
        try socket.listen(backlog: backlog)
        self.socket = socket
        file = nil
    }

    /// Listens on a socket file that only its owner may connect to, in place of one that a dead server left behind.
    ///
    /// Of several servers that start at one moment one gets the path: they take turns, until each listens or has failed.
    init(at address: SystemAddress, path: String, backlog: Int32) throws(SystemError) {
        let socket = try SystemSocket(family: AF_UNIX)
        try socket.restrictToOwner()
        try Self.listen(on: socket, at: address, path: path, backlog: backlog)
        self.socket = socket
        file = SocketFile(path: path)
    }

    private static func listen(
        on socket: borrowing SystemSocket, at address: SystemAddress, path: String, backlog: Int32
    ) throws(SystemError) {
        let turn = try FolderLock.acquire(ofFileAt: path)
        defer { FolderLock.release(turn) }
        do {
            try socket.bind(to: address)
        } catch {
            guard error.code == EADDRINUSE else { throw error }
            try removeAbandonedFile(at: address, path: path)
            try socket.bind(to: address)
        }
        try socket.listen(backlog: backlog)
    }

    /// Hands the descriptor to the caller, who has to close it.
    consuming func release() -> CInt { socket.release() }

    /// A file at which nobody answers is abandoned: the system refuses the connection.
    private static func removeAbandonedFile(at address: SystemAddress, path: String) throws(SystemError) {
        let file = SocketFile(path: path)
        if file == nil && SocketFile.isTaken(path) { throw SystemError(code: ENOTSOCK) }
        do {
            try SystemSocket(family: AF_UNIX).connect(to: address)
        } catch {
            if error.code == ECONNREFUSED { return file?.remove() ?? () }
        }
        throw SystemError(code: EADDRINUSE)
    }
}
