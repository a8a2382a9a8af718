#if canImport(Glibc)
import Glibc

let streamType = CInt(SOCK_STREAM.rawValue)
private let socketFlags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
#elseif canImport(Musl)
import Musl

let streamType = SOCK_STREAM
private let socketFlags = SOCK_NONBLOCK | SOCK_CLOEXEC
#endif

/// A descriptor that is closed unless it is handed on.
struct Descriptor: ~Copyable {
    let value: CInt

    init?(_ value: CInt) {
        if value < 0 { return nil }
        self.value = value
    }

    deinit { close(value) }

    /// Hands the descriptor to the caller, who has to close it.
    consuming func release() -> CInt {
        let value = value
        discard self
        return value
    }
}

/// A call of the system that failed, by its `errno`.
struct SystemError: Error {
    let code: CInt

    /// Reads `errno`; to be made directly after the call that failed.
    init() { code = errno }
}

/// The calls that NIO has no form of: an abstract name, the mode of a socket file, a connect that may have to be repeated.
enum SystemSocket {
    /// A stream socket that does not block and that child processes do not inherit.
    static func open(family: CInt) throws(SystemError) -> Descriptor {
        guard let descriptor = Descriptor(socket(family, streamType | socketFlags, 0)) else { throw SystemError() }
        return descriptor
    }

    static func bind(_ descriptor: borrowing Descriptor, to address: SystemAddress) throws(SystemError) {
        let value = descriptor.value
        if address.withPointer({ Self.systemBind(value, $0, $1) }) != 0 { throw SystemError() }
    }

    static func connect(_ descriptor: borrowing Descriptor, to address: SystemAddress) throws(SystemError) {
        let value = descriptor.value
        if address.withPointer({ Self.systemConnect(value, $0, $1) }) != 0 { throw SystemError() }
    }

    static func listen(_ descriptor: borrowing Descriptor, backlog: Int) throws(SystemError) {
        if Self.systemListen(descriptor.value, CInt(clamping: backlog)) != 0 { throw SystemError() }
    }

    /// Lets a server that was restarted have its port at once.
    static func reuseAddress(_ descriptor: borrowing Descriptor) throws(SystemError) {
        var yes: CInt = 1
        if setsockopt(descriptor.value, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size)) != 0 {
            throw SystemError()
        }
    }

    /// Gives the socket file that `bind` is going to make to its owner alone, so that there is no moment at which others may connect.
    static func restrictToOwner(_ descriptor: borrowing Descriptor) throws(SystemError) {
        if fchmod(descriptor.value, 0o600) != 0 { throw SystemError() }
    }

    private static let systemBind = bind as @Sendable (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt
}
