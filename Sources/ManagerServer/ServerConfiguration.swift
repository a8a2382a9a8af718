public import ManagerConnection
public import Pickle

/// How a manager's server runs. Every limit is finite by default.
public struct ServerConfiguration: Sendable {
    /// Where it listens.
    public var address: ManagerAddress
    /// Who may use it, and what each may do.
    public var access: ServerAccess
    /// How connections are secured; `nil` for no TLS, as Python's clients need it.
    public var tls: ServerTLS?
    /// Whether a peer may authenticate by HMAC-MD5. Without it, Python 3.11 and earlier cannot connect: they know nothing else.
    public var allowsMD5 = true
    /// The file to which the server adds a line for all that peers do: who did what to which object, and when, without any value. `nil` for none.
    public var auditLog: String?
    /// Bytes of one message of an authenticated peer, and of one value.
    public var maximumMessageLength = 1 << 30
    /// How long a peer may take from connecting to its first request.
    public var handshakeTimeout: Duration = .seconds(20)
    /// Calls of one multiplexed connection that may be outstanding: not answered, or answered with proxies that the client has not taken over.
    /// The client is told; from one that goes beyond it nothing is read until a call has ended.
    public var maximumOutstandingCalls = 4_096
    /// Bytes that a peer may send ahead while it may not be served; then it is not read from until a call has ended.
    public var maximumReadAhead = 1 << 16
    /// Connections that the system keeps until they are accepted.
    public var backlog: Int32 = 1_024
    /// Which Python's `repr` and error texts peers get, where versions differ; `nil` for those of each peer's own version, as far as
    /// its protocol and handshake tell it.
    public var python: PythonVersion?
    /// Threads that serve connections; `nil` for one for each processor.
    public var threads: Int?

    /// - Parameters:
    ///   - address: where it listens.
    ///   - authkey: what every peer must know, who may then do everything.
    public init(address: ManagerAddress, authkey: AuthenticationKey) {
        self.init(address: address, access: .key(authkey))
    }

    /// - Parameters:
    ///   - address: where it listens.
    ///   - access: who may use the server, and what each may do.
    public init(address: ManagerAddress, access: ServerAccess) {
        self.address = address
        self.access = access
    }
}
