import ManagedObjects
import ManagerConnection
import ManagerServer
import Logging
import Pickle
import Synchronization
import TestSupport
import Testing

/// A server ends in order.
@Suite(.timeLimit(.minutes(2))) struct EndingTests {
    /// A type with a method that takes its time.
    private final class Slow: Sendable {
        let mayEnd = OneShotFlag()
        let began = OneShotFlag()

        func work() async -> Int {
            began.set()
            while !mayEnd.isSet, !Task.isCancelled { await Task.yield() }
            return 42
        }
    }

    private final class OneShotFlag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    private func server(_ slow: Slow, grace: Duration) async throws -> ManagerServer {
        var registry = Registry.standard
        registry.register("slow", shared: slow) { Method("work", Slow.work) }
        var configuration = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc")
        configuration.gracePeriod = grace
        return try await ManagerServer(registry, configuration: configuration, logger: Logger(label: "test"))
    }

    @Test func `Calls that wait get an error that says why, and their connections are closed`() async throws {
        let server = try await server(Slow(), grace: .seconds(30))
        let peer = try RawPeer.session(server)
        let queue = try RawPeer.create(server, "Queue")
        peer.sendFrame(try Pickler(.v4).dump(.tuple([.string(queue), "get", .tuple([]), [:]])))
        let other = try RawPeer.session(server)
        #expect(try other.request(queue, "empty").result == true)
        await server.shutdown()
        let reply = try peer.reply()
        #expect(reply.kind == "#ERROR")
        #expect(reply.result.description.contains("the manager's server is ending"))
        #expect(peer.isClosedByServer())
        #expect(other.isClosedByServer())
    }

    @Test func `A method at work may end, and its caller gets the result; nobody else comes in`() async throws {
        let slow = Slow()
        let server = try await server(slow, grace: .seconds(30))
        let peer = try RawPeer.session(server)
        let identifier = try RawPeer.create(server, "slow")
        let other = try RawPeer.session(server)
        let queue = try RawPeer.create(server, "Queue")
        peer.sendFrame(try Pickler(.v4).dump(.tuple([.string(identifier), "work", .tuple([]), [:]])))
        try await waitUntil { slow.began.isSet }
        let ending = Task { await server.shutdown() }
        // A wait ends, whether it began before or after, and other calls are served.
        #expect(try other.request(queue, "get").kind == "#ERROR")
        #expect(try other.request(queue, "qsize").result == 0)
        #expect(throws: RawPeer.Closed.self) { _ = try RawPeer(port: server.port) }
        slow.mayEnd.set()
        #expect(try peer.reply().result == 42)
        await ending.value
        #expect(peer.isClosedByServer())
    }

    @Test(arguments: [Duration.zero, .milliseconds(50)])
    func `A method that does not end is not waited for longer than the grace period`(_ grace: Duration) async throws {
        let slow = Slow()
        let server = try await server(slow, grace: grace)
        let peer = try RawPeer.session(server)
        let identifier = try RawPeer.create(server, "slow")
        peer.sendFrame(try Pickler(.v4).dump(.tuple([.string(identifier), "work", .tuple([]), [:]])))
        try await waitUntil { slow.began.isSet }
        await server.shutdown()
        #expect(peer.isClosedByServer())
        slow.mayEnd.set()
    }
}
