#if canImport(Glibc)
import Glibc

let streamType = CInt(SOCK_STREAM.rawValue)
private let socketFlags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
#elseif canImport(Musl)
import Musl

let streamType = SOCK_STREAM
private let socketFlags = SOCK_NONBLOCK | SOCK_CLOEXEC
#endif

/// A call of the system that failed, by its `errno`.
struct SystemError: Error {
    let code: CInt
}

/// A stream socket that is closed unless it is handed on. It does not block, and child processes do not inherit it.
///
/// It makes the calls that NIO has no form of: an abstract name, the mode of a socket file, a connect that may be repeated.
struct SystemSocket: ~Copyable {
    private let descriptor: CInt

    init(family: CInt) throws(SystemError) {
        let opened = socket(family, streamType | socketFlags, 0)
        guard opened >= 0 else { throw SystemError(code: errno) }
        descriptor = opened
    }

    deinit { _ = closeDescriptor(descriptor) }

    /// Hands the descriptor to the caller, who has to close it.
    consuming func release() -> CInt {
        let descriptor = descriptor
        discard self
        return descriptor
    }
}

extension SystemSocket {
    borrowing func bind(to address: SystemAddress) throws(SystemError) {
        try check(address.withPointer { bindDescriptor(descriptor, $0, $1) })
    }

    borrowing func connect(to address: SystemAddress) throws(SystemError) {
        try check(address.withPointer { connectDescriptor(descriptor, $0, $1) })
    }

    borrowing func listen(backlog: Int32) throws(SystemError) {
        try check(listenDescriptor(descriptor, backlog))
    }

    /// Lets a server that was restarted have its port at once.
    borrowing func reuseAddress() throws(SystemError) {
        var yes: CInt = 1
        try check(setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size)))
    }

    /// Gives the socket file that `bind` is going to make to its owner alone, so that at no moment others may connect.
    borrowing func restrictToOwner() throws(SystemError) {
        try check(fchmod(descriptor, 0o600))
    }

    private borrowing func check(_ result: CInt) throws(SystemError) {
        if result != 0 { throw SystemError(code: errno) }
    }
}

/// Listens again on a socket that listens already: only its backlog changes.
func changeBacklog(of descriptor: CInt, to backlog: Int32) {
    _ = listenDescriptor(descriptor, backlog)
}

// Within the type, its own methods hide the system's functions of the same names.
private func bindDescriptor(_ socket: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    bind(socket, address, length)
}

private func connectDescriptor(_ socket: CInt, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> CInt {
    connect(socket, address, length)
}

private func listenDescriptor(_ socket: CInt, _ backlog: CInt) -> CInt { listen(socket, backlog) }

private func closeDescriptor(_ socket: CInt) -> CInt { close(socket) }
