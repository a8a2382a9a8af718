import ManagerServer
import Pickle
import TestSupport
import Testing

/// Sessions that carry many calls at once, down to the bytes.
@Suite(.timeLimit(.minutes(1))) struct MultiplexedTests {
    @Test func `Calls that wait hold up no others, and each is answered under its number`() async throws {
        try await withServer { server in
            let queue = try RawPeer.create(server, "Queue")
            let peer = try MultiplexedPeer(server)
            for number in 1...200 as ClosedRange<UInt64> { try peer.request(number, queue, "get") }
            try peer.request(201, queue, "qsize")
            #expect(try peer.reply().number == 201)
            for item in 1...200 { try peer.request(201 + UInt64(item), queue, "put", .int(item)) }
            var items: [UInt64: PickleValue] = [:]
            for _ in 0..<400 {
                let reply = try peer.reply()
                if reply.number <= 200 { items[reply.number] = try reply.parts.result }
            }
            // First come, first served.
            #expect(items == Dictionary(uniqueKeysWithValues: (1...200).map { (UInt64($0), .int($0)) }))
        }
    }

    @Test func `A timeout of one call ends that call alone`() async throws {
        try await withServer { server in
            let queue = try RawPeer.create(server, "Queue")
            let peer = try MultiplexedPeer(server)
            try peer.request(1, queue, "get")
            try peer.request(2, queue, "get", true, 0.01)
            let reply = try peer.reply()
            #expect(try (reply.number, reply.parts.kind) == (2, "#ERROR"))
            try peer.request(3, queue, "put", "x")
            #expect(try Set([peer.reply().number, peer.reply().number]) == [1, 3])
        }
    }

    @Test func `A cancelled call is answered so, and has done nothing`() async throws {
        try await withServer { server in
            let (queue, lock) = (try RawPeer.create(server, "Queue"), try RawPeer.create(server, "Lock"))
            let peer = try MultiplexedPeer(server)
            try peer.request(1, queue, "get")
            peer.cancel(1)
            let cancelled = try peer.reply()
            #expect(cancelled.number == 1 && cancelled.isCancelled && cancelled.bytes.isEmpty)
            try peer.request(2, queue, "put", "x")
            #expect(try peer.reply().number == 2)
            try peer.request(3, queue, "get")
            #expect(try peer.reply().parts.result == "x")
            try peer.request(4, lock, "acquire")
            #expect(try peer.reply().parts.result == true)
            try peer.request(5, lock, "acquire")
            peer.cancel(5)
            #expect(try peer.reply().isCancelled)
            try peer.request(6, lock, "release")
            _ = try peer.reply()
            try peer.request(7, lock, "acquire", false)
            #expect(try peer.reply().parts.result == true)
        }
    }

    @Test func `A cancellation or acknowledgement of what is not outstanding means nothing`() async throws {
        try await withServer { server in
            let queue = try RawPeer.create(server, "Queue")
            let peer = try MultiplexedPeer(server)
            try peer.request(5, queue, "qsize")
            for number in [5, 4, 99] as [UInt64] {
                peer.cancel(number)
                peer.acknowledge(number)
            }
            try peer.request(6, queue, "qsize")
            #expect(try peer.reply().number == 5)
            #expect(try peer.reply().number == 6)
        }
    }

    @Test(arguments: [
        [], [1], [1, 1, 0, 0, 0, 0, 0, 0],  // too short
        [0, 9, 0, 0, 0, 0, 0, 0, 0], [4, 9, 0, 0, 0, 0, 0, 0, 0], [255, 9, 0, 0, 0, 0, 0, 0, 0],  // unknown kinds
        [1, 1, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x2e], [1, 0, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x2e],  // a number again, and one below
        [2, 9, 0, 0, 0, 0, 0, 0, 0, 1], [3, 9, 0, 0, 0, 0, 0, 0, 0, 1],  // a body where none belongs
    ] as [[UInt8]])
    func `A malformed frame ends its connection, and whoever waits there waits no more`(_ frame: [UInt8]) async throws {
        try await withServer { server in
            let queue = try RawPeer.create(server, "Queue")
            let other = try RawPeer.session(server)
            let peer = try MultiplexedPeer(server)
            try peer.request(1, queue, "get")
            peer.peer.sendFrame(frame)
            #expect(peer.peer.isClosedByServer())
            try await waitUntil { server.connectionCount == 1 }
            _ = try other.request(queue, "put", "x")
            #expect(try other.request(queue, "get", false).result == "x")
        }
    }

    @Test func `A body that is no request is a #TRACEBACK under its number`() async throws {
        try await withServer { server in
            let peer = try MultiplexedPeer(server)
            for (number, body) in [[], [0x2e], [0x80, 4, 0x4e, 0x2e], Array("nonsense".utf8)].enumerated() as EnumeratedSequence<[[UInt8]]> {
                peer.send(1, UInt64(number) + 1, body)
                let reply = try peer.reply()
                #expect(try (reply.number, reply.parts.kind) == (UInt64(number) + 1, "#TRACEBACK"))
            }
        }
    }

    @Test func `What a reply's proxies refer to is kept until it is acknowledged`() async throws {
        try await withServer { server in
            let outer = try RawPeer.create(server, "list")
            let inner = try RawPeer.create(server, "list")
            let peer = try MultiplexedPeer(server)
            let token = PickleInstance(
                .global(.init(module: "multiprocessing.managers", name: "Token")), construction: .new,
                state: .tuple(["list", .tuple(["127.0.0.1", .int(server.port)]), .string(inner)]))
            let proxy: PickleValue = .instance(PickleInstance(
                .global(.init(module: "multiprocessing.managers", name: "RebuildProxy")),
                [.global(.init(module: "multiprocessing.managers", name: "ListProxy")), .instance(token), "pickle", [:]]))
            try peer.request(1, outer, "append", proxy)
            _ = try peer.reply()
            _ = try RawPeer.call(server, "decref", .string(inner))
            try peer.request(2, outer, "pop")
            #expect(try peer.reply().isKept)
            // It is in no container and nobody's; other calls do not change that it is kept.
            try peer.request(3, inner, "__len__")
            #expect(try peer.reply().parts.kind == "#RETURN")
            try peer.request(4, inner, "__len__")
            #expect(try peer.reply().parts.kind == "#RETURN")
            peer.acknowledge(2)
            try peer.request(5, inner, "__len__")
            #expect(try peer.reply().parts.kind == "#TRACEBACK")
        }
    }

    @Test func `Beyond the calls that may be outstanding nothing is read until one has ended`() async throws {
        try await withServer(configure: { $0.maximumOutstandingCalls = 2 }) { server in
            let queue = try RawPeer.create(server, "Queue")
            let other = try RawPeer.session(server)
            let peer = try MultiplexedPeer(server)
            for number in 1...3 as ClosedRange<UInt64> { try peer.request(number, queue, "get") }
            try peer.request(4, queue, "qsize")
            // Two wait; the third, which would take the item at once, has not been served.
            _ = try other.request(queue, "put", 1)
            #expect(try peer.reply().number == 1)
            _ = try other.request(queue, "put", 2)
            #expect(try peer.reply().number == 2)
            #expect(try peer.reply().number == 4)
        }
    }

    @Test func `A peer that does not read its replies holds up nobody`() async throws {
        try await withServer(configure: { $0.threads = 1 }) { server in
            let list = try RawPeer.create(server, "list")
            let other = try RawPeer.session(server)
            _ = try other.request(list, "append", .bytes([UInt8](repeating: 7, count: 1 << 20)))
            let slow = try MultiplexedPeer(server)
            for number in 1...100 as ClosedRange<UInt64> { try slow.request(number, list, "__getitem__", 0) }
            for _ in 0..<100 { #expect(try other.request(list, "__len__").result == 1) }
            for number in 1...100 as ClosedRange<UInt64> { #expect(try slow.reply().number == number) }
        }
    }

    @Test func `The server tells its epoch, and it is another at each start`() async throws {
        var epochs: Set<PickleValue> = []
        for _ in 0..<2 {
            try await withServer { server in
                guard case .dictionary(let info) = try MultiplexedPeer(server).info else { throw RawPeer.Closed() }
                let values = Dictionary(uniqueKeysWithValues: info.map { ($0.key, $0.value) })
                #expect(values["shared"] == .tuple(["get_result", "get_task"]))
                #expect(values["outstanding_calls"] == 4_096)
                epochs.insert(try #require(values["epoch"]))
                #expect(try RawPeer.call(server, "server_info").result == .dictionary(info))
            }
        }
        #expect(epochs.count == 2)
    }

    @Test func `References that a multiplexed session took end with it`() async throws {
        try await withServer { server in
            do {
                let peer = try MultiplexedPeer(server)
                try peer.request(1, nil, "create", "list")
                #expect(try peer.reply().parts.kind == "#RETURN")
                #expect(try RawPeer.call(server, "number_of_objects").result == 1)
            }
            try await waitUntil { try RawPeer.call(server, "number_of_objects").result == 0 }
        }
    }
}
