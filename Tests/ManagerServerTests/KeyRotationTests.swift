import ManagerConnection
import ManagerServer
import Pickle
import TestSupport
import Testing

/// Keys, and what they allow, that are replaced while the server runs.
@Suite(.timeLimit(.minutes(1))) struct KeyRotationTests {
    private func isKnown(_ key: AuthenticationKey, to server: ManagerServer) throws -> Bool {
        let peer = try RawPeer(port: server.port)
        do {
            try peer.authenticate(key)
            return true
        } catch is AuthenticationError {
            return false
        }
    }

    @Test func `With one key, sessions stay and new connections need the new one`() async throws {
        try await withServer { server in
            let queue = try RawPeer.create(server, "Queue")
            let peer = try RawPeer.session(server)
            server.replaceAccess(with: .key("new"))
            #expect(try !isKnown("abc", to: server))
            #expect(try isKnown("new", to: server))
            #expect(try peer.request(queue, "put", 1).kind == "#RETURN")
        }
    }

    @Test func `A connection that has not authenticated when its key goes is closed`() async throws {
        try await withServer { server in
            let peer = try RawPeer(port: server.port)
            let challenge = try peer.receiveFrame()
            #expect(challenge.starts(with: Array("#CHALLENGE#".utf8)))
            server.replaceAccess(with: .key("new"))
            #expect(peer.isClosedByServer())
        }
    }

    @Test func `A session ends when its holder is gone, and stays when only the holder's key is another`() async throws {
        let first = try GrantTests.access()
        try await withServer(configure: { $0.access = first }) { server in
            let (worker, operator_) = (try RawPeer.session(server, key: "work"), try RawPeer.session(server, key: "operate"))
            let second = try ServerAccess(grants: [KeyGrant("workers", keys: ["work 2"], permissions: GrantTests.workers)])
            server.replaceAccess(with: second)
            #expect(operator_.isClosedByServer())
            #expect(try worker.request(nil, "dummy").kind == "#RETURN")
            #expect(try !isKnown("work", to: server))
            #expect(try isKnown("work 2", to: server))
        }
    }

    @Test func `The log says how many sessions ended, and how many stay whose key nobody gets in with any more`() async throws {
        let (first, log) = (try GrantTests.access(), RecordedLog())
        try await withServer(logger: log.logger, configure: { $0.access = first }) { server in
            let peers = try ["work", "work", "operate"].map { try RawPeer.session(server, key: AuthenticationKey($0)) }
            func replace(_ keys: AuthenticationKey...) throws {
                server.replaceAccess(with: try ServerAccess(grants: [KeyGrant("workers", keys: keys, permissions: GrantTests.workers)]))
            }
            func notices() -> [String] { log.lines.filter { $0.contains("the keys have been replaced") } }
            try replace("work", "work 2")
            try await waitUntil { notices().count == 1 }
            #expect(notices().last == "notice the keys have been replaced ended sessions=1 sessions that stay with a former key=0")
            try await waitUntil { server.connectionCount == 2 }
            let renewed = try RawPeer.session(server, key: "work 2")
            try replace("work 2")
            try await waitUntil { notices().count == 2 }
            #expect(notices().last == "notice the keys have been replaced ended sessions=0 sessions that stay with a former key=2")
            for peer in peers.dropLast() + [renewed] { #expect(try peer.request(nil, "dummy").kind == "#RETURN") }
            #expect(try !isKnown("work", to: server))
            #expect(log.lines.allSatisfy { !$0.contains("work 2") })
        }
    }

    @Test func `What a holder may do changes in the sessions that are there`() async throws {
        let first = try GrantTests.access()
        try await withServer(configure: { $0.access = first }) { server in
            let peer = try RawPeer.session(server, key: "work")
            guard case .tuple(let created) = try peer.request(nil, "create", "list").result, let list = created[0].text else {
                throw RawPeer.Closed()
            }
            #expect(try peer.request(list, "append", 1).kind == "#RETURN")
            #expect(try peer.request(list, "clear").kind == "#ERROR")
            server.replaceAccess(with: try GrantTests.access(Permissions(creates: ["list"], calls: ["list": ["clear"]])))
            try await waitUntil { try peer.request(list, "clear").kind == "#RETURN" }
            #expect(try peer.request(list, "append", 1).kind == "#ERROR")
            server.replaceAccess(with: try GrantTests.access(.all))
            try await waitUntil { try peer.request(list, "append", 1).kind == "#RETURN" }
            #expect(try peer.request(nil, "number_of_objects").result == 1)
        }
    }
}
