public import ManagerConnection
public import Pickle

/// How a manager's server runs. Every limit is finite by default.
public struct ServerConfiguration: Sendable {
    /// Where it listens.
    public var address: ManagerAddress
    /// What a peer must know.
    public var authkey: AuthenticationKey
    /// Bytes of one message of an authenticated peer, and of one value.
    public var maximumMessageLength = 1 << 30
    /// How long a peer may take from connecting to its first request.
    public var handshakeTimeout: Duration = .seconds(20)
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

    public init(address: ManagerAddress, authkey: AuthenticationKey) {
        self.address = address
        self.authkey = authkey
    }
}
