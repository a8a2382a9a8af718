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
        connections = Connections(on: group.next())
        (shutdownRequests, requestShutdown) = AsyncStream.makeStream()
        do {
            let context = ServerContext(registry, configuration, connections, logger, requestShutdown: requestShutdown)
            (listener, address) = try await ManagerTransport.listen(
                on: configuration.address, group: group, backlog: configuration.backlog, peerTimeout: configuration.peerTimeout,
                childInitializer: context.accept)
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

    /// Stops accepting, closes every connection and ends. What clients held is gone with the server.
    public func shutdown() async {
        requestShutdown.finish()
        try? await listener.close()
        await settle()
        connections.closeAll()
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
private final class ServerContext: Sendable {
    /// Known once the server listens, which is before anyone can connect and ask for it.
    let address: Mutex<ManagerAddress>
    private let registry: Registry
    private let objects: ObjectTable
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
        self.configuration = configuration
        self.connections = connections
        self.logger = logger
        self.requestShutdown = requestShutdown
    }

    /// Serves a new connection.
    @Sendable
    func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
        let functions = ServerFunctions(
            registry: registry, objects: objects, address: address.withLock { $0 },
            maximumOutstandingCalls: configuration.maximumOutstandingCalls, heartbeat: configuration.heartbeat,
            shutdown: { [requestShutdown] in requestShutdown.yield() })
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                ConnectionHandler(configuration: self.configuration, functions: functions, connections: self.connections, logger: self.logger))
        }
    }
}
