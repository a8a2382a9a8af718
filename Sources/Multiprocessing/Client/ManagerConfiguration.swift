public import ManagerConnection

/// How a process uses a manager's server. Every limit is finite by default.
///
/// <!-- given: key: AuthenticationKey -->
/// ```swift
/// var configuration = ManagerConfiguration()
/// configuration.reconnection = .backoff()
/// let manager = Manager(Jobs.self, address: .tcp("10.0.0.1", 5000), authkey: key, configuration: configuration)
/// ```
///
/// The connections to a server are shared by all managers of a process that have its address, its key and an equal configuration. A proxy
/// that came to this process by itself, to a child process for example, has the standard configuration.
public struct ManagerConfiguration: Hashable, Sendable {
    /// How long it may take to connect and authenticate, once.
    public var connectTimeout: Duration
    /// How long a call may take whose method does not wait by nature; `nil` for no limit.
    ///
    /// It holds for the functions of the server and for the built-in types' methods. It does not hold for methods that wait for others by
    /// nature (`get`, `put`, `acquire`, `wait`, `join`, `lease`), which end when they are answered, by their own timeout, or by
    /// ``withDeadline(_:_:)``; nor for methods that are not known here, those of your own types, which take as long as they take.
    public var callTimeout: Duration?
    /// How long a call that is cancelled, or whose deadline has come, waits for the server's word on whether it came too late. A server that does not
    /// answer in that time is taken for gone: the connection is closed, and with it end the references that this process has there.
    public var cancellationTimeout: Duration
    /// How long a server on TCP may give no sign of life before it is taken for gone, because the network was cut or its machine has lost its power;
    /// calls that wait then throw. Where the server says how long it waits for this process, it is waited for as long. A server that the manager itself
    /// makes, by ``Manager/start(initializer:)`` or ``Manager/server(configure:)``, waits so long for its clients.
    public var peerTimeout: Duration
    /// What happens when the server goes away.
    public var reconnection: ReconnectionPolicy
    /// How many connections that carry one call at a time are kept when no call uses them: towards CPython's servers, and for what has to own
    /// a connection (robust locks, `Condition`).
    public var maximumIdleConnections: Int
    /// How connections are secured, towards a server that speaks TLS; `nil` for no TLS.
    public var tls: ClientTLS?

    public init(
        connectTimeout: Duration = .seconds(20), callTimeout: Duration? = .seconds(60), cancellationTimeout: Duration = .seconds(10),
        peerTimeout: Duration = .seconds(60), reconnection: ReconnectionPolicy = .never, maximumIdleConnections: Int = 64, tls: ClientTLS? = nil
    ) {
        self.connectTimeout = connectTimeout
        self.callTimeout = callTimeout
        self.cancellationTimeout = cancellationTimeout
        self.peerTimeout = peerTimeout
        self.reconnection = reconnection
        self.maximumIdleConnections = maximumIdleConnections
        self.tls = tls
    }
}
