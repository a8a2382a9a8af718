import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ManagerConnection

private let group = MultiThreadedEventLoopGroup.singleton

/// A listener with a gate of its own; it counts the connections that it accepts and tells when the gate asks for room.
private final class GatedListener: Sendable {
    private let hasRoom: Atomic<Bool>
    private let count = Atomic(0)
    private let questions = AsyncStream<Void>.makeStream()
    private let connections = AsyncStream<Void>.makeStream()

    init(hasRoom: Bool) { self.hasRoom = Atomic(hasRoom) }

    var accepted: Int { count.load(ordering: .sequentiallyConsistent) }

    func makeRoom() { hasRoom.store(true, ordering: .sequentiallyConsistent) }

    /// Waits until the gate has asked this many times more.
    func isAsked(times: Int) async {
        for _ in 0..<times { for await _ in questions.stream { break } }
    }

    /// Waits until one connection more is accepted.
    func accepts() async {
        for await _ in connections.stream { break }
    }

    func listen() async throws -> any Channel {
        try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptGate { self.answer() })
                }
            }
            .childChannelInitializer { child in
                self.count.add(1, ordering: .sequentiallyConsistent)
                self.connections.continuation.yield()
                return child.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private func answer() -> Bool {
        defer { questions.continuation.yield() }
        return hasRoom.load(ordering: .sequentiallyConsistent)
    }
}

private func connect(to server: any Channel) async throws -> any Channel {
    try await ClientBootstrap(group: group).connect(to: #require(server.localAddress)).get()
}

@Suite(.timeLimit(.minutes(3))) struct AcceptGateTests {
    @Test func `connections wait while there is no room, and are accepted once there is`() async throws {
        let listener = GatedListener(hasRoom: false)
        let server = try await listener.listen()
        let first = try await connect(to: server)
        await listener.accepts()
        await listener.isAsked(times: 1)
        let second = try await connect(to: server)
        await listener.isAsked(times: 2)
        #expect(listener.accepted == 1)
        listener.makeRoom()
        await listener.accepts()
        for channel in [first, second, server] { try await channel.close() }
    }

    @Test func `a listener without descriptors pauses, and goes on accepting`() async throws {
        let listener = GatedListener(hasRoom: false)
        let server = try await listener.listen()
        server.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
        #expect(try await server.getOption(.autoRead).get() == false)
        let client = try await connect(to: server)
        listener.makeRoom()
        await listener.accepts()
        #expect(try await server.getOption(.autoRead).get() == true)
        for channel in [client, server] { try await channel.close() }
    }

    @Test func `a connection that was aborted while it waited does not hold up the others`() async throws {
        let server = try await GatedListener(hasRoom: true).listen()
        server.pipeline.fireErrorCaught(IOError(errnoCode: ECONNABORTED, reason: "accept"))
        #expect(try await server.getOption(.autoRead).get() == true)
        #expect(server.isActive)
        try await server.close()
    }
}
