import ManagerConnection
import ManagerServer
import Pickle
import Testing

/// What a peer without the key can try with what it sees of others' handshakes, over real connections.
@Suite(.timeLimit(.minutes(1))) struct HandshakeAttackTests {
    private static let failure = Array("#FAILURE#".utf8)

    /// The peer is told of the failure and closed, and got no answer to compute with.
    private func expectRefusal(of peer: RawPeer) throws {
        #expect(try peer.receiveFrame() == Self.failure)
        #expect(peer.isClosedByServer())
    }

    @Test func `The server's own challenge sent back is refused`() async throws {
        try await withServer { server in
            let peer = try RawPeer(port: server.port)
            peer.sendFrame(try peer.receiveFrame())
            try expectRefusal(of: peer)
        }
    }

    @Test func `A challenge is not answered on another connection, so none can be had from the server itself`() async throws {
        try await withServer { server in
            let (peer, other) = (try RawPeer(port: server.port), try RawPeer(port: server.port))
            let challenge = try peer.receiveFrame()
            _ = try other.receiveFrame()
            other.sendFrame(challenge)
            try expectRefusal(of: other)
        }
    }

    @Test func `A peer that welcomes itself, or skips the handshake, is refused`() async throws {
        try await withServer { server in
            let request = try Pickler(.v4).dump(.tuple([.none, "shutdown", .tuple([]), [:]]))
            for message in [Array("#WELCOME#".utf8), [], request] {
                let peer = try RawPeer(port: server.port)
                _ = try peer.receiveFrame()
                peer.sendFrame(message, request)
                try expectRefusal(of: peer)
            }
            #expect(try RawPeer.call(server, "number_of_objects").result == 0)
        }
    }

    @Test func `A recorded session is refused when it is played again, and nothing of it is done`() async throws {
        try await withServer { server in
            let recorded = try recordedSession(with: server)
            #expect(try RawPeer.call(server, "number_of_objects").result == 1)
            let peer = try RawPeer(port: server.port)
            _ = try peer.receiveFrame()
            peer.send(recorded)
            try expectRefusal(of: peer)
            #expect(try RawPeer.call(server, "number_of_objects").result == 1)
        }
    }

    /// The bytes of a client that authenticates and makes an object.
    private func recordedSession(with server: ManagerServer) throws -> [UInt8] {
        let client = try RawPeer(port: server.port)
        try client.authenticate()
        _ = try client.request(nil, "create", "dict")
        return client.sent
    }

    @Test func `An answer to one challenge does not do for the next`() async throws {
        try await withServer { server in
            let (first, second) = (try RawPeer(port: server.port), try RawPeer(port: server.port))
            try first.answerChallenge(with: .sha256)
            _ = try second.receiveFrame()
            second.send(first.sent)
            try expectRefusal(of: second)
            #expect(try first.receiveFrame() == Array("#WELCOME#".utf8))
        }
    }

    @Test func `The server's answer to a client's challenge is another for each challenge, and no answer to one of its own`() async throws {
        try await withServer { server in
            let answers = try (0..<2).map { _ in
                let peer = try RawPeer(port: server.port)
                try peer.answerChallenge(with: .sha256)
                _ = try peer.receiveFrame()
                peer.sendFrame(Array("#CHALLENGE#{sha256}".utf8) + (0..<20).map { _ in UInt8.random(in: 0...255) })
                return try peer.receiveFrame()
            }
            #expect(answers[0] != answers[1])
            for answer in answers {
                let peer = try RawPeer(port: server.port)
                _ = try peer.receiveFrame()
                peer.sendFrame(answer)
                try expectRefusal(of: peer)
            }
        }
    }
}
