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
    private let group: MultiThreadedEventLoopGroup
    /// Ends when a client has called `shutdown`, or this process has.
    private let shutdownRequests: AsyncStream<Void>
    private let requestShutdown: AsyncStream<Void>.Continuation

    /// Starts a server; it accepts connections when this returns.
    ///
    /// - Parameters:
    ///   - registry: what it offers.
    ///   - logger: is told of connections that fail, at `debug`; never of a value or a key.
    /// - Throws: `TransportError` when the address cannot be listened on.
    public init(_ registry: Registry, configuration: ServerConfiguration, logger: Logger) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads ?? System.coreCount)
        connections = Connections(Admission.Limits(configuration))
        gracePeriod = configuration.gracePeriod
        (shutdownRequests, requestShutdown) = AsyncStream.makeStream()
        do {
            let context = ServerContext(registry, configuration, connections, logger, requestShutdown: requestShutdown)
            (listener, address) = try await ManagerTransport.listen(
                on: configuration.address, group: group, backlog: configuration.backlog,
                maximumConnections: configuration.maximumConnections, childInitializer: context.accept)
            context.address.withLock { [address] in $0 = address }
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// How many connections there are now.
    public var connectionCount: Int { connections.count }

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
    private let logger: Logger
    private let requestShutdown: AsyncStream<Void>.Continuation

    init(
        _ registry: Registry, _ configuration: ServerConfiguration, _ connections: Connections, _ logger: Logger,
        requestShutdown: AsyncStream<Void>.Continuation
    ) {
        address = Mutex(configuration.address)
        self.registry = registry
        objects = ObjectTable(pinning: registry.sharedObjects)
        memory = MemoryWatch(limit: configuration.maximumMemory ?? MemoryWatch.defaultLimit)
        self.configuration = configuration
        self.connections = connections
        self.logger = logger
        self.requestShutdown = requestShutdown
    }

    /// The functions of the server itself, for one connection.
    var functions: ServerFunctions {
        ServerFunctions(
            registry: registry, objects: objects, memory: memory, address: address.withLock { $0 },
            maximumOutstandingCalls: configuration.maximumOutstandingCalls,
            shutdown: { [requestShutdown] in requestShutdown.yield() })
    }

    /// Serves a new connection.
    @Sendable
    func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let functions = functions
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                ConnectionHandler(configuration: self.configuration, functions: functions, connections: self.connections, logger: self.logger))
        }
    }
}
