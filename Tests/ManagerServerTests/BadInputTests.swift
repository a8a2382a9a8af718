import ManagerConnection
import ManagerServer
import Pickle
import Testing

/// Whatever one peer does, it gets the error that CPython would send or is closed, and everyone else notices nothing.
struct BadInputTests {
    /// Runs the body, and then sees that the server serves and that nothing of the peer's is left.
    private func servingOthers(_ body: @Sendable (ManagerServer) throws -> Void) async throws {
        try await withServer { server in
            let other = try RawPeer.session(server)
            let queue = try RawPeer.create(server, "Queue")
            try body(server)
            #expect(try other.request(queue, "put", "x").kind == "#RETURN")
            #expect(try other.request(queue, "get").result == "x")
            #expect(try RawPeer.call(server, "decref", .string(queue)).kind == "#RETURN")
            #expect(try RawPeer.call(server, "number_of_objects").result == 0)
        }
    }

    @Test func `A wrong key is told #FAILURE# and closed`() async throws {
        try await servingOthers { server in
            let peer = try RawPeer(port: server.port)
            #expect(throws: AuthenticationError.self) { try peer.authenticate("wrong") }
            #expect(peer.isClosedByServer())
        }
    }

    @Test func `Garbage instead of a handshake is closed`() async throws {
        try await servingOthers { server in
            for garbage in [Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 3, 1, 2, 3], [UInt8](repeating: 0xff, count: 12)] {
                let peer = try RawPeer(port: server.port)
                _ = try peer.receiveFrame()
                peer.send(garbage)
                while let _ = try? peer.receiveFrame() {}
                #expect(peer.isClosedByServer())
            }
        }
    }

    @Test(arguments: [[0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]] as [[UInt8]])
    func `A length with nothing behind it is refused at once, before and after the handshake`(_ length: [UInt8]) async throws {
        try await servingOthers { server in
            let stranger = try RawPeer(port: server.port)
            _ = try stranger.receiveFrame()
            stranger.send(length)
            #expect(stranger.isClosedByServer())
            let peer = try RawPeer.session(server)
            peer.send(length)
            #expect(peer.isClosedByServer())
        }
    }

    @Test func `Garbage instead of a pickle is a #TRACEBACK, and the session goes on`() async throws {
        try await servingOthers { server in
            let peer = try RawPeer.session(server)
            for garbage in [[0x80, 0x04, 0xff, 0x2e], [0x2e], [0x28, 0x74], Array("not a pickle".utf8), [0x80, 0x09, 0x4e, 0x2e]] as [[UInt8]] {
                peer.sendFrame(garbage)
                #expect(try peer.reply().kind == "#TRACEBACK")
            }
            #expect(try peer.request("nope", "get").kind == "#TRACEBACK")
        }
    }

    @Test func `A pickle that is no request is a #TRACEBACK`() async throws {
        try await servingOthers { server in
            let peer = try RawPeer.session(server)
            for value in [5, "text", .tuple([1, 2, 3]), .tuple([1, 2, 3, 4]), .tuple([.none, "x", 5, [:]])] as [PickleValue] {
                peer.sendFrame(try Pickler(.v4).dump(value))
                #expect(try peer.reply().kind == "#TRACEBACK")
            }
        }
    }

    @Test(arguments: [
        [0x8c, 1, 0x78, 0x51],  // the persistent identifier 'x'
        [0x8c, 1, 0x78, 0x8c, 1, 0x79, 0x93],  // the global x.y
        [0x28, 0x8c, 1, 0x78, 0x91],  // frozenset(['x'])
        [0x28, 0x8c, 1, 0x78, 0x4e, 0x64],  // {'x': None}
    ] as [[UInt8]])
    func `Arguments that are no tuple are refused and nothing is done`(_ arguments: [UInt8]) async throws {
        try await servingOthers { server in
            let peer = try RawPeer.session(server)
            let list = try RawPeer.create(server, "list")
            var request: [UInt8] = [0x80, 4, 0x28]
            for text in [list, "append"] { request += [0x8c, UInt8(text.utf8.count)] + Array(text.utf8) }
            peer.sendFrame(request + arguments + [0x7d, 0x74, 0x2e])
            #expect(try peer.reply().kind == "#TRACEBACK")
            #expect(try peer.request(list, "__len__").result == 0)
            _ = try RawPeer.call(server, "decref", .string(list))
        }
    }

    @Test func `An unknown object, method, function and type are named in the last line of a #TRACEBACK`() async throws {
        try await servingOthers { server in
            let peer = try RawPeer.session(server)
            let list = try RawPeer.create(server, "list")
            let cases = [
                (try peer.request("nope", "append", 1), "KeyError: 'nope'"), (try peer.request(list, "fly"), "KeyError: 'fly'"),
                (try RawPeer.call(server, "format_disk"), "AssertionError: 'format_disk' unrecognized"),
                (try RawPeer.call(server, "create", "Unicorn"), "KeyError: 'Unicorn'"),
                (try RawPeer.call(server, "decref", "nope"), "KeyError: 'nope'"),
            ]
            for (reply, line) in cases {
                #expect(reply.kind == "#TRACEBACK")
                #expect(try reply.result.pythonStr().split(separator: "\n").last.map(String.init) == line)
            }
            #expect(try peer.request(list, "append").kind == "#ERROR")
            _ = try RawPeer.call(server, "decref", .string(list))
        }
    }

    @Test func `An empty message ends the session`() async throws {
        try await servingOthers { server in
            let peer = try RawPeer.session(server)
            peer.sendFrame([])
            #expect(peer.isClosedByServer())
        }
    }

    @Test func `A peer that vanishes while it waits is given nothing`() async throws {
        try await withServer(configure: { $0.threads = 1 }) { server in
            let queue = try RawPeer.create(server, "Queue")
            let other = try RawPeer.session(server)
            for _ in 0..<20 {
                let gone = try RawPeer.session(server)
                gone.sendFrame(try Pickler(.v4).dump(.tuple([.string(queue), "get", .tuple([]), [:]])))
            }
            // On one thread, the server has met all the ends when it has answered two requests that were sent after them.
            for _ in 0..<2 { _ = try other.request(queue, "qsize") }
            for item in 1...30 { _ = try other.request(queue, "put", .int(item)) }
            for item in 1...30 { #expect(try other.request(queue, "get", false).result == .int(item)) }
        }
    }

    @Test func `A peer that does not authenticate in time is closed`() async throws {
        try await withServer(configure: { $0.handshakeTimeout = .milliseconds(50) }) { server in
            let peer = try RawPeer(port: server.port)
            _ = try peer.receiveFrame()
            #expect(peer.isClosedByServer())
        }
    }

    @Test func `Frames byte by byte and glued together are served alike`() async throws {
        try await withServer { server in
            let list = try RawPeer.create(server, "list")
            let peer = try RawPeer.session(server)
            let request = try Pickler(.v4).dump(.tuple([.string(list), "append", .tuple([1]), [:]]))
            let frame = withUnsafeBytes(of: UInt32(request.count).bigEndian) { Array($0) } + request
            for byte in frame { peer.send([byte]) }
            peer.send((0..<20).flatMap { _ in frame })
            for _ in 0..<21 { #expect(try peer.reply().kind == "#RETURN") }
            #expect(try peer.request(list, "__len__").result == 21)
        }
    }
}
