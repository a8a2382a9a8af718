public import ManagerConnection
public import Pickle

/// How a manager's server runs. Every limit is finite by default.
///
/// It can be encoded for a child process only, since it has the keys.
public struct ServerConfiguration: Sendable, Codable {
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
    /// Connections at one time; further ones wait in the backlog until others end. A few more may be accepted at the same moment.
    public var maximumConnections = 20_000
    /// Connections from one address of the network at one time; further ones are closed at once. Those over unix sockets do not count.
    public var maximumConnectionsPerPeer = 10_000
    /// Connections that have not authenticated yet, but never more than half of the descriptors that the process may have; for a further one the
    /// oldest of them is closed.
    public var maximumUnauthenticatedConnections = 1_000
    /// How long a peer that does not take its replies is borne with. No more of its requests are served meanwhile; it then has to
    /// have taken some tens of kilobytes, or is closed.
    public var replyTimeout: Duration = .seconds(60)
    /// Bytes of replies that may wait for one peer, beside the one that it is reading; one with more is closed.
    public var maximumQueuedReplies = 64 << 20
    /// Bytes of memory that the process may use. Beyond it calls that store something, and those that make objects, are refused with Python's
    /// `MemoryError`, until there is room again. It is looked at a hundred times a second, so that a single message can go beyond it.
    ///
    /// `nil` for three quarters of what the machine, or the process's control group, has.
    public var maximumMemory: Int?
    /// How long calls of methods that are at work may go on when the server ends.
    public var gracePeriod: Duration = .seconds(5)
    /// Calls of one multiplexed connection that may be outstanding: not answered, or answered with proxies that the client has not taken over.
    /// The client is told; from one that goes beyond it nothing is read until a call has ended.
    public var maximumOutstandingCalls = 4_096
    /// Bytes that a peer may send ahead while it may not be served; then it is not read from until a call has ended.
    public var maximumReadAhead = 1 << 16
    /// How long a peer on TCP may give no sign of life before it is taken for gone, and what it held is given back: its network was cut, or its
    /// machine has lost its power. A process that ends, however it does, is noticed at once. A peer that uses a Swift client must also show that
    /// its process is running; one of CPython's that takes nothing of what is sent to it for so long is gone, too.
    public var peerTimeout: Duration = .seconds(60)
    /// Connections that the system keeps until they are accepted.
    public var backlog: Int32 = 1_024
    /// Which Python's `repr` and error texts peers get, where versions differ; `nil` for those of each peer's own version, as far as
    /// its protocol and handshake tell it.
    public var python: PythonVersion?
    /// Threads that serve connections; `nil` for one for each processor.
    public var threads: Int?

    /// How often a Swift client on TCP has to show that it is there; elsewhere the system tells when a peer is gone.
    var heartbeat: Duration? {
        if case .tcp = address { max(peerTimeout / Silence.looks, .milliseconds(1)) } else { nil }
    }

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

    /// What a request may hold.
    var pickleLimits: PickleLimits {
        var limits = PickleLimits.default
        limits.size = maximumMessageLength
        return limits
    }
}
