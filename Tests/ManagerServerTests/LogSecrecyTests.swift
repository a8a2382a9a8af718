import ManagerConnection
import ManagerServer
import Pickle
import TestSupport
import Testing

/// What the log never says, whatever its level.
@Suite(.timeLimit(.minutes(1))) struct LogSecrecyTests {
    @Test func `At its lowest level the log has no key and no value, of peers that are served and of those that are not`() async throws {
        let (key, wrong, value, log) = (AuthenticationKey("key-7f3a"), AuthenticationKey("wrong-91bc"), "value-d20e", RecordedLog())
        try await withServer(authkey: key, logger: log.logger) { server in
            let peer = try RawPeer.session(server, key: key)
            _ = try peer.request(nil, "create", "dict", [.string(value): 1])
            _ = try peer.request(nil, "create", .string(value))
            _ = try peer.request("nope", "get", .string(value))
            peer.sendFrame(Array("not a pickle, but \(value)".utf8))
            _ = try peer.reply()
            let stranger = try RawPeer(port: server.port)
            #expect(throws: AuthenticationError.self) { try stranger.authenticate(wrong) }
            let garbled = try RawPeer(port: server.port)
            _ = try garbled.receiveFrame()
            garbled.sendFrame(Array("#CHALLENGE#\(value)".utf8))
            _ = try garbled.receiveFrame()
            let long = try RawPeer.session(server, key: key)
            long.send([0x7f, 0xff, 0xff, 0xff] + Array(value.utf8))
            #expect(long.isClosedByServer())
            server.replaceAccess(with: .key(wrong))
            #expect(try peer.request(nil, "dummy").kind == "#RETURN")
        }
        // What was refused is told, so there is something that it could stand in.
        #expect(log.lines.count { $0.contains("a peer was refused") } == 2)
        for line in log.lines {
            for secret in ["key-7f3a", "wrong-91bc", value] { #expect(!line.contains(secret)) }
        }
    }
}
