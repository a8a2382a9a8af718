import ManagedObjects
import ManagerConnection
@testable import ManagerServer
import Pickle
import TestSupport
import Testing

/// What goes beyond a limit is refused or closed; everybody else is served.
@Suite(.timeLimit(.minutes(2))) struct LimitTests {
    @Test func `Connections beyond the limit wait until others end`() async throws {
        try await withServer(configure: { $0.maximumConnections = 3 }) { server in
            var peers = try (0..<3).map { _ in try RawPeer.session(server) }
            let late = try RawPeer(port: server.port)
            #expect(!late.hasSomething(within: .milliseconds(150)))
            #expect(try peers[0].request(nil, "dummy").kind == "#RETURN")
            peers.removeFirst()
            try late.authenticate()
            #expect(try late.request(nil, "accept_connection", "test").kind == "#RETURN")
        }
    }

    @Test func `A peer's connections beyond its limit are closed at once`() async throws {
        try await withServer(configure: { $0.maximumConnectionsPerPeer = 2 }) { server in
            let peers = try (0..<2).map { _ in try RawPeer.session(server) }
            #expect(try RawPeer(port: server.port).isClosedByServer())
            #expect(try peers[1].request(nil, "dummy").kind == "#RETURN")
        }
    }

    @Test func `Strangers that only connect do not keep out those with the key`() async throws {
        try await withServer(configure: { $0.maximumUnauthenticatedConnections = 4 }) { server in
            let strangers = try (0..<20).map { _ in try RawPeer(port: server.port) }
            let peer = try RawPeer.session(server)
            #expect(try peer.request(nil, "dummy").kind == "#RETURN")
            _ = try strangers[0].receiveFrame()
            #expect(strangers[0].isClosedByServer())
            try await waitUntil { server.connectionCount <= 5 }
        }
    }

    @Test func `A peer that does not take its replies is closed, and nobody waits for it`() async throws {
        // The system would end it, too, but much later.
        try await withServer(configure: { ($0.replyTimeout, $0.peerTimeout) = (.milliseconds(100), .seconds(3_600)) }) { server in
            let peer = try RawPeer.session(server)
            let queue = try RawPeer.create(server, "Queue")
            for _ in 0..<8 { _ = try peer.request(queue, "put", .bytes([UInt8](repeating: 7, count: 4_000_000))) }
            let get = try Pickler(.v4).dump(.tuple([.string(queue), "get", .tuple([]), [:]]))
            for _ in 0..<8 { peer.sendFrame(get) }
            let other = try RawPeer.session(server)
            #expect(try other.request(queue, "empty").kind == "#RETURN")
            try await waitUntil { server.connectionCount == 1 }
        }
    }

    @Test func `A peer for which too many replies wait is closed`() async throws {
        try await withServer(configure: { $0.maximumQueuedReplies = 1 << 20 }) { server in
            let peer = try MultiplexedPeer(server)
            let queue = try RawPeer.create(server, "Queue")
            for number in 1...200 { try peer.request(UInt64(number), queue, "get") }
            let other = try RawPeer.session(server)
            let value = PickleValue.bytes([UInt8](repeating: 7, count: 50_000))
            for _ in 0..<200 { #expect(try other.request(queue, "put", value).kind == "#RETURN") }
            try await waitUntil { server.connectionCount == 1 }
            // What could not be delivered is there.
            guard case .int(let left) = try other.request(queue, "qsize").result else { throw RawPeer.Closed() }
            #expect(left > 0)
        }
    }

    @Test func `When memory is full no object is made, and the server serves on`() async throws {
        try await withServer(configure: { $0.maximumMemory = 1 }) { server in
            let peer = try RawPeer.session(server)
            let created = try RawPeer.call(server, "create", "dict")
            #expect(created.kind == "#TRACEBACK")
            #expect(try created.result.pythonStr().contains("MemoryError: the manager's server has no room"))
            #expect(try peer.request(nil, "dummy").kind == "#RETURN")
        }
    }

    @Test func `The watch says when memory is short, and when there is room`() {
        let (short, ample) = (MemoryWatch(limit: 1), MemoryWatch(limit: .max))
        #expect(short.isFull(at: Timestamp(nanoseconds: 0)))
        #expect(!ample.isFull(at: Timestamp(nanoseconds: 0)))
        #expect(MemoryWatch.defaultLimit > 1 << 20)
    }

    @Test func `When memory is full what would store something is refused, and the rest is not`() async throws {
        try await withServer(configure: { $0.maximumMemory = 1 }, register: { $0.register("shared", shared: ManagedDictionary()) }) { server in
            // An object is not to be had by its name now.
            let objects = try RawPeer.call(server, "debug_info").result.pythonStr()
            let identifier = try #require(objects.split(separator: "\n").lazy.compactMap { $0.firstMatch(of: /^ +([0-9a-f]+):/)?.1 }.first { identifier in
                (try? RawPeer.session(server).request(String(identifier), "__len__").kind) == "#RETURN"
            })
            let peer = try RawPeer.session(server)
            let stored = try peer.request(String(identifier), "__setitem__", 1, 2)
            #expect(stored.kind == "#ERROR")
            #expect(stored.result.description.contains("MemoryError"))
            #expect(try peer.request(String(identifier), "clear").kind == "#RETURN")
        }
    }

    @Test func `Of any type the steps that store are known`() {
        func stores(_ object: HostedObject, _ method: String) -> Bool? { object.method(method)?.stores }
        let (list, queue, dictionary) = (HostedObject.hosting(ManagedList()), HostedObject.hosting(ManagedQueue()), HostedObject.hosting(ManagedDictionary()))
        #expect(stores(list, "append") == true && stores(list, "pop") == false)
        #expect(stores(queue, "put") == true && stores(queue, "qsize") == false)
        #expect(stores(dictionary, "__setitem__") == true && stores(dictionary, "clear") == false)
    }

    @Test(arguments: ["Queue", "LifoQueue", "PriorityQueue", "JoinableQueue", "WorkQueue"])
    func `A queue that is full to the server's limits refuses more, and has room again when something is taken`(_ type: String) async throws {
        let settings = QueueSettings(limits: QueueLimits(items: 3, bytes: 1_000))
        try await withServer(register: { $0.registerQueues(settings) }) { server in
            let peer = try RawPeer.session(server)
            let queue = try RawPeer.create(server, type)
            for number in 1...3 { #expect(try peer.request(queue, "put", .int(number)).kind == "#RETURN") }
            let fourth = try peer.request(queue, "put", 4)
            #expect(fourth.kind == "#ERROR")
            #expect(fourth.result.description.contains("a queue may hold 3 items"))
            #expect(try peer.request(queue, "put_many", [4]).kind == "#ERROR")
            for _ in 1...3 { #expect(try peer.request(queue, "get").kind == "#RETURN") }
            #expect(try peer.request(queue, "put", .string(String(repeating: "x", count: 2_000))).kind == "#ERROR")
            for _ in 1...3 {
                #expect(try peer.request(queue, "put", .string(String(repeating: "x", count: 900))).kind == "#RETURN")
                #expect(try peer.request(queue, "put", .string(String(repeating: "x", count: 200))).kind == "#ERROR")
                #expect(try peer.request(queue, "get").kind == "#RETURN")
            }
        }
    }
}
