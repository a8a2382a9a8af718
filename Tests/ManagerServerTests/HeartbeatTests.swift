import ManagedObjects
import NIOCore
import NIOPosix
import Pickle
import TestSupport
import Testing

@testable import ManagerServer

/// Peers that give no sign of life any more, and objects that are woken.
@Suite(.timeLimit(.minutes(1))) struct HeartbeatTests {
    private func withServer(silence: Duration, _ body: (ManagerServer) async throws -> Void) async throws {
        try await ManagerServerTests.withServer(configure: { $0.peerTimeout = silence }, register: {
            $0.register("work", shared: ManagedWorkQueue())
        }, body)
    }

    @Test func `The first heartbeat is answered by one, and the client is told how often to send it`() async throws {
        try await withServer(silence: .seconds(60)) { server in
            let peer = try MultiplexedPeer(server)
            guard case .dictionary(let info) = peer.info else { Issue.record("no info"); return }
            #expect(info.first { $0.key == "heartbeat" }?.value == 15_000)
            peer.send(4, 0)
            let reply = try peer.reply()
            #expect(reply.number == 0 && reply.flags == 4 && reply.bytes.isEmpty)
            // It is no call: the next number is the first.
            try peer.request(1, try RawPeer.create(server, "work"), "qsize")
            #expect(try peer.reply().number == 1)
        }
    }

    @Test(arguments: [[4, 9, 0, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0, 0, 0, 1]] as [[UInt8]])
    func `A heartbeat with a number or a body ends the connection`(frame: [UInt8]) async throws {
        try await withServer(silence: .seconds(60)) { server in
            let peer = try MultiplexedPeer(server)
            peer.peer.sendFrame(frame)
            #expect(throws: RawPeer.Closed.self) { try peer.reply() }
        }
    }

    @Test func `A session that has sent a heartbeat and falls silent ends, and what it held goes back`() async throws {
        try await withServer(silence: .milliseconds(200)) { server in
            let work = try RawPeer.create(server, "work")
            let (silent, other) = (try MultiplexedPeer(server), try MultiplexedPeer(server))
            try other.request(1, work, "put", "x")
            _ = try other.reply()
            try silent.request(1, work, "lease")
            #expect(try silent.reply().parts.kind == "#RETURN")
            try other.request(2, work, "lease")
            silent.send(4, 0)
            _ = try silent.reply()
            // The other one has never sent a heartbeat: it may be silent.
            #expect(try other.reply().parts.result == .tuple([2, "x", 2]))
            #expect(throws: RawPeer.Closed.self) { while true { _ = try silent.reply() } }
        }
    }

    @Test func `Whatever a session sends is a sign of life`() async throws {
        try await withServer(silence: .milliseconds(400)) { server in
            let work = try RawPeer.create(server, "work")
            let peer = try MultiplexedPeer(server)
            peer.send(4, 0)
            _ = try peer.reply()
            let end = ContinuousClock.now + .seconds(1)
            var number: UInt64 = 0
            while ContinuousClock.now < end {
                number += 1
                try peer.request(number, work, "lease", 0.05)
                var reply = try peer.reply()
                while reply.flags == 4 { reply = try peer.reply() }
                #expect(reply.number == number)
            }
        }
    }

    @Test func `The server shows that it is there without being asked each time`() async throws {
        try await withServer(silence: .milliseconds(100)) { server in
            let peer = try MultiplexedPeer(server)
            peer.send(4, 0)
            var signs = 0
            while let reply = try? peer.reply() {
                #expect(reply.number == 0 && reply.flags == 4)
                signs += 1
            }
            // One at once, and one at each look but the last, which finds that this peer is silent.
            #expect(signs == 5)
        }
    }

    @Test func `A delayed item wakes who waits for it, and a lease ends at its deadline`() async throws {
        try await withServer(silence: .seconds(60)) { server in
            let work = try RawPeer.create(server, "work")
            let (first, second) = (try MultiplexedPeer(server), try MultiplexedPeer(server))
            try first.request(1, work, "lease", .none, 0.05)
            try second.request(1, work, "put", "x", true, .none, 0.05)
            #expect(try second.reply().parts.result == true)
            #expect(try first.reply().parts.result == .tuple([1, "x", 1]))
            try second.request(2, work, "lease")
            #expect(try second.reply().parts.result == .tuple([2, "x", 2]))
            try first.request(2, work, "ack", 1)
            #expect(try first.reply().parts.kind == "#ERROR")
        }
    }

    @Test func `An object is woken once, at the earliest moment that it has asked for, and not kept for it`() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let wakeUps = WakeUps(on: group.next())
        let (moments, woken) = AsyncStream.makeStream(of: Timestamp.self)
        let object = HostedObject.hosting(ManagedWorkQueue())
        let start = Timestamp.now
        let (soon, sooner) = (start.advanced(bySeconds: 0.02), start.advanced(bySeconds: 0.01))
        for moment in [start.advanced(bySeconds: 3_600), soon, sooner, soon] {
            wakeUps.set(object, at: moment) { _ in woken.yield(.now) }
        }
        #expect(wakeUps.count == 1)
        var iterator = moments.makeAsyncIterator()
        #expect(try #require(await iterator.next()) >= sooner)
        #expect(wakeUps.count == 0)

        weak var gone: HostedObject?
        do {
            let passing = HostedObject.hosting(ManagedWorkQueue())
            gone = passing
            wakeUps.set(passing, at: .now.advanced(bySeconds: 0.01)) { _ in Issue.record("an object that is gone was woken") }
        }
        #expect(gone == nil)
        try await waitUntil { wakeUps.count == 0 }
        try await group.shutdownGracefully()
    }
}
