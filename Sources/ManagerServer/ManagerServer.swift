public import Logging
public import ManagedObjects
public import ManagerConnection
import NIOCore
import NIOPosix
import Synchronization

/// A manager's server: holds the objects and serves the connections.
///
/// It runs from its making until ``shutdown()``. A client may ask it to end: ``waitForShutdownRequest()`` then returns.
public final class ManagerServer: Sendable {
    /// Where it listens; with a port of 0 in the configuration, the real one.
    public let address: ManagerAddress

    private let listener: any Channel
    private let connections: Connections
    private let gracePeriod: Duration
    private let access: AccessControl
    private let auditLog: AuditLog?
    private let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    /// Ends when a client has called `shutdown`, or this process has.
    private let shutdownRequests: AsyncStream<Void>
    private let requestShutdown: AsyncStream<Void>.Continuation

    /// Starts a server; it accepts connections when this returns.
    ///
    /// - Parameters:
    ///   - registry: what it offers.
    ///   - configuration: how it runs.
    ///   - logger: is told of peers that were refused, and why, at `info`, and of connections that fail, at `debug`; never of a value or a key.
    /// - Throws: `TransportError` when the address cannot be listened on; ``AuditError`` when the audit log cannot be opened;
    ///   `TLSError` when a certificate or its key cannot be used.
    public init(_ registry: Registry, configuration: ServerConfiguration, logger: Logger) async throws {
        access = try AccessControl(configuration.access, configuration.tls)
        auditLog = try configuration.auditLog.map { path in
            try AuditLog(path: path) { error in
                if let error { logger.error("\(error)") } else { logger.notice("the audit log can be written again") }
            }
        }
        self.logger = logger
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads ?? System.coreCount)
        connections = Connections(Admission.Limits(configuration), wakingOn: group.next())
        gracePeriod = configuration.gracePeriod
        (shutdownRequests, requestShutdown) = AsyncStream.makeStream()
        do {
            let context = ServerContext(registry, configuration, connections, access, auditLog, logger, requestShutdown: requestShutdown)
            (listener, address) = try await ManagerTransport.listen(
                on: configuration.address, group: group, backlog: configuration.backlog, peerTimeout: configuration.peerTimeout,
                maximumConnections: configuration.maximumConnections, childInitializer: context.accept)
            context.address.withLock { [address] in $0 = address }
        } catch {
            try? await group.shutdownGracefully()
            await auditLog?.close()
            throw error
        }
    }

    /// How many connections there are now.
    public var connectionCount: Int { connections.count }

    /// Replaces the keys and what they allow, while the server runs.
    ///
    /// A session stays as long as there is a holder with the name of its own, and may from now on do what that one may; other sessions end.
    /// Connections that have not authenticated yet end, too. With ``ServerAccess/key(_:)`` there is one holder: sessions stay, and new
    /// connections need the new key. The logger is told, at `notice`, how many sessions ended and how many stay that were opened with a key which is
    /// not valid any more.
    public func replaceAccess(with access: ServerAccess) {
        self.access.replace(with: access)
        let changes = connections.map { $0.accessHasChanged() }
        EventLoopFuture.whenAllSucceed(changes, on: group.next()).whenSuccess { [logger] changes in
            let (ended, outdated) = (changes.count { $0 == .ended }, changes.count { $0 == .staysWithFormerKey })
            guard ended + outdated > 0 else { return }
            logger.notice("the keys have been replaced", metadata: ["ended sessions": "\(ended)", "sessions that stay with a former key": "\(outdated)"])
        }
    }

    /// Reads certificates and keys of TLS again; connections that are there go on as they are.
    ///
    /// - Parameter tls: `nil` for connections without TLS from now on.
    /// - Throws: `TLSError` when a file cannot be used; what was in force stays in force.
    public func replaceTLS(with tls: ServerTLS?) throws(TLSError) {
        access.replace(with: try tls.map { (tls) throws(TLSError) in try ServerTLSContext(tls) })
    }

    /// Opens the audit log by its name again, after it has been moved away.
    public func reopenAuditLog() { auditLog?.reopen() }

    /// Waits until a client asks the server to end, or ``shutdown()`` is called.
    public func waitForShutdownRequest() async {
        for await _ in shutdownRequests { return }
    }

    /// Ends in order: stops accepting; calls that wait (`get`, `acquire`, `join`) get an `EOFError` that says so; those of methods that are at work may
    /// go on for the grace period; then every connection is closed. What clients held is gone with the server.
    public func shutdown() async {
        requestShutdown.finish()
        try? await listener.close()
        await settle()
        connections.beginEnding()
        await connections.waitForRunningCalls(atMost: gracePeriod)
        connections.closeAll()
        await settle()
        try? await group.shutdownGracefully()
        await auditLog?.close()
    }

    /// Waits for connections that were accepted a moment ago: each goes from the listener's event loop to its own, back, and to its own again
    /// before it is there or closed. A loop that ended meanwhile would leave it open, and its peer waiting.
    private func settle() async {
        for _ in 0..<3 {
            for loop in group.makeIterator() { try? await loop.submit {}.get() }
        }
    }
}

/// What every connection of one server shares.
final class ServerContext: Sendable {
    /// Known once the server listens, which is before anyone can connect and ask for it.
    let address: Mutex<ManagerAddress>
    private let registry: Registry
    let objects: ObjectTable
    private let memory: MemoryWatch
    private let configuration: ServerConfiguration
    private let connections: Connections
    private let access: AccessControl
    private let auditLog: AuditLog?
    private let logger: Logger
    private let requestShutdown: AsyncStream<Void>.Continuation

    init(
        _ registry: Registry, _ configuration: ServerConfiguration, _ connections: Connections, _ access: AccessControl, _ auditLog: AuditLog?,
        _ logger: Logger,
        requestShutdown: AsyncStream<Void>.Continuation
    ) {
        address = Mutex(configuration.address)
        self.registry = registry
        objects = ObjectTable(pinning: registry.sharedObjects)
        memory = MemoryWatch(limit: configuration.maximumMemory ?? MemoryWatch.defaultLimit)
        self.configuration = configuration
        self.connections = connections
        self.access = access
        self.auditLog = auditLog
        self.logger = logger
        self.requestShutdown = requestShutdown
    }

    /// The functions of the server itself, for one connection.
    var functions: ServerFunctions {
        ServerFunctions(
            registry: registry, objects: objects, memory: memory, address: address.withLock { $0 },
            maximumOutstandingCalls: configuration.maximumOutstandingCalls, heartbeat: configuration.heartbeat,
            shutdown: { [requestShutdown] in requestShutdown.yield() })
    }

    /// Serves a new connection.
    @Sendable
    func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let functions = functions
        return channel.eventLoop.makeCompletedFuture {
            try self.access.secure(channel)
            try channel.pipeline.syncOperations.addHandler(
                ConnectionHandler(
                    configuration: self.configuration, functions: functions, connections: self.connections, access: self.access,
                    auditLog: self.auditLog, logger: self.logger))
        }
    }
}
