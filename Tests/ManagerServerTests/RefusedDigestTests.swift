import ManagerConnection
import ManagerServer
import TestSupport
import Testing

/// A server that does not accept HMAC-MD5.
@Suite(.timeLimit(.minutes(2))) struct RefusedDigestTests {
    private static let script = """
        import sys
        from multiprocessing import AuthenticationError
        from multiprocessing.managers import BaseManager
        try:
            BaseManager(('127.0.0.1', int(sys.argv[1])), b'abc').connect()
            print('served')
        except AuthenticationError as error:
            print(error)
        """

    @Test(arguments: PythonInterpreter.all)
    func `Python 3.12 and later is served, an earlier one is told that its digest was rejected`(_ python: PythonInterpreter) async throws {
        let log = RecordedLog()
        try await withServer(logger: log.logger, configure: { $0.allowsMD5 = false }) { server in
            let said = try await python.run(Self.script, [String(server.port)]).lines
            #expect(said == [python.isAtLeast(3, 12) ? "served" : "digest sent was rejected"])
        }
        let refusals = log.lines.filter { $0.contains("a peer was refused") }
        #expect(refusals.count == (python.isAtLeast(3, 12) ? 0 : 1))
        for refusal in refusals {
            #expect(refusal.hasPrefix("info ") && refusal.contains("peer=127.0.0.1:"))
            #expect(refusal.contains("HMAC-MD5 (Python 3.11 or earlier), which is not allowed here"))
        }
    }

    @Test func `By default an answer by HMAC-MD5 is welcome`() async throws {
        try await withServer { server in
            let peer = try RawPeer(port: server.port)
            try peer.answerChallenge(with: .md5)
            #expect(try peer.receiveFrame() == Array("#WELCOME#".utf8))
        }
    }

    @Test(arguments: [RawPeer.Answer.md5, .namedMD5])
    func `Either form of an answer by HMAC-MD5 is a failure, and the connection ends`(_ answer: RawPeer.Answer) async throws {
        try await withServer(configure: { $0.allowsMD5 = false }) { server in
            let peer = try RawPeer(port: server.port)
            try peer.answerChallenge(with: answer)
            #expect(try peer.receiveFrame() == Array("#FAILURE#".utf8))
            #expect(peer.isClosedByServer())
        }
    }
}
