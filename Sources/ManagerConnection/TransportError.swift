import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why an address could not be listened on or connected to. Its description says what is wrong and what to do.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// Another server listens there, or something else holds the address.
        case addressInUse
        /// The host is no address of this machine, so it cannot be listened on.
        case addressNotAvailable
        /// The task that connected was cancelled.
        case cancelled
        /// Nobody listens there.
        case connectionRefused
        /// The port is not one of 0 to 65535.
        case invalidPort
        /// No socket file has this path, or its directory does not exist.
        case noSuchFile
        /// The path is taken by a file that is not a socket.
        case notASocket
        /// The path or name has more bytes than an address of a Unix domain socket may.
        case pathTooLong(maximum: Int)
        /// This user may not use the file or the port.
        case permissionDenied
        /// Nobody answered in time.
        case timedOut
        /// The process, or the system, has no descriptor left.
        case tooManyOpenFiles
        /// No host has this name.
        case unknownHost
        /// There is no way to the host.
        case unreachable
        /// Something else; the text is the system's.
        case other(String)
    }

    /// What was wrong.
    public let reason: Reason
    /// The address that was to be used.
    public let address: ManagerAddress

    /// A failure to use `address`.
    public init(_ reason: Reason, _ address: ManagerAddress) {
        self.reason = reason
        self.address = address
    }

    /// Says what is wrong and what to do.
    public var description: String {
        switch reason {
        case .addressInUse: "\(address): the address is in use; end the server that listens there, or choose another"
        case .addressNotAvailable: "\(address): the host is no address of this machine; choose one, or none for all of them"
        case .cancelled: "\(address): connecting was cancelled"
        case .connectionRefused: "nobody listens at \(address); start the server, or check the address"
        case .invalidPort: "\(address): a port is a number from 0 to 65535"
        case .noSuchFile: "\(address): no such socket file or directory; start the server, or check the path"
        case .notASocket: "\(address): there is a file that is not a socket; remove it, or choose another path"
        case .pathTooLong(let maximum): "\(address): the path has more than \(maximum) bytes; choose a shorter one"
        case .permissionDenied: "\(address): permission denied; a socket belongs to the user who started the server"
        case .timedOut: "nobody answered at \(address) in time; check the address, and that nothing is in the way"
        case .tooManyOpenFiles: "\(address): too many open files; raise the limit (ulimit -n)"
        case .unknownHost: "\(address): no host has this name"
        case .unreachable: "\(address): there is no way to the host; check the network"
        case .other(let text): "\(address): \(text)"
        }
    }
}

extension TransportError {
    /// The failure that the system reports with this `errno`.
    init(code: CInt, _ address: ManagerAddress) {
        self.init(Reason(code: code), address)
    }

    /// The failure that `error`, which came from the system, from NIO or from a user's initializer, is of `address`.
    init(_ error: any Error, _ address: ManagerAddress) {
        switch error {
        case let error as TransportError: self = error
        case let error as SystemError: self.init(code: error.code, address)
        case let error as IOError: self.init(code: error.errnoCode, address)
        case is CancellationError: self.init(.cancelled, address)
        case ChannelError.connectTimeout: self.init(.timedOut, address)
        default: self.init(.other(String(describing: error)), address)
        }
    }
}

extension TransportError.Reason {
    fileprivate init(code: CInt) {
        self =
            switch code {
            case EADDRINUSE: .addressInUse
            case EADDRNOTAVAIL: .addressNotAvailable
            case ECONNREFUSED: .connectionRefused
            case ENOENT, ENOTDIR: .noSuchFile
            case ENOTSOCK: .notASocket
            case EACCES, EPERM: .permissionDenied
            case ETIMEDOUT: .timedOut
            case EMFILE, ENFILE: .tooManyOpenFiles
            case ENETUNREACH, EHOSTUNREACH: .unreachable
            default: .other(String(cString: strerror(code)))
            }
    }
}
