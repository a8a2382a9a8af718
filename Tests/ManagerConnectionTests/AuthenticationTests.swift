import Testing

@testable import ManagerConnection

private let challenge = Array("#CHALLENGE#".utf8)
private let welcome = Array("#WELCOME#".utf8)
private let failure = Array("#FAILURE#".utf8)
private let nonce = Array(UInt8(0)..<40)
private let legacyNonce = Array(UInt8(0)..<20)

private func server(key: AuthenticationKey = "abc", allowsMD5: Bool = true) -> Authentication {
    started(Authentication(role: .server, keys: [key], allowsMD5: allowsMD5, nonce: nonce))
}

private func client(key: AuthenticationKey = "abc", allowsMD5: Bool = true) -> Authentication {
    started(Authentication(role: .client, keys: [key], allowsMD5: allowsMD5, nonce: nonce))
}

private func started(_ authentication: Authentication) -> Authentication {
    var authentication = authentication
    _ = authentication.start()
    return authentication
}

private func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
}

private func failure(of authentication: inout Authentication, receiving message: [UInt8]) -> AuthenticationError? {
    #expect(throws: AuthenticationError.self) { try authentication.receive(message) }
}

@Suite struct AuthenticationTests {
    @Test func `a server begins with a challenge that names sha256, a client waits`() {
        var server = Authentication(role: .server, keys: ["abc"], nonce: nonce)
        var client = Authentication(role: .client, keys: ["abc"], nonce: nonce)
        #expect(server.start() == challenge + Array("{sha256}".utf8) + nonce)
        #expect(client.start() == nil)
    }

    @Test func `two challenges differ`() {
        var first = Authentication(role: .server, key: "abc")
        var second = Authentication(role: .server, key: "abc")
        let message = first.start()
        #expect(message?.count == 59)
        #expect(message != second.start())
    }

    @Test(arguments: ["", "abc", String(repeating: "k", count: 1000)])
    func `the six messages of a handshake`(key: String) throws {
        var server = Authentication(role: .server, key: AuthenticationKey(key))
        var client = Authentication(role: .client, key: AuthenticationKey(key))
        let greeting = server.start()
        #expect(client.start() == nil)
        let answer = try message(client.receive(try #require(greeting)))
        let clientChallenge = try message(client.receive(message(server.receive(answer))))
        let end = try client.receive(message(server.receive(clientChallenge)))
        #expect(end == .sendAndFinish(welcome))
        #expect(try server.receive(welcome) == .finished)
    }

    private func message(_ step: Authentication.Step) throws -> [UInt8] {
        guard case .send(let message) = step else { throw AuthenticationError(.unexpectedMessage) }
        return message
    }

    @Test(arguments: digestVectors)
    func `a challenge is answered in the digest that it names`(vector: DigestVector) throws {
        var client = client(key: vector.key.value)
        let expected = vector.prefix + bytes(vector.answer)
        #expect(try client.receive(challenge + vector.prefix + nonce) == .send(expected))
        #expect(try client.receive(welcome) == .send(challenge + Array("{sha256}".utf8) + nonce))
        #expect(try client.receive(Array("{sha256}".utf8) + bytes(sha256(of: vector.key))) == .sendAndFinish(welcome))
    }

    private func sha256(of key: DigestVector.Key) -> String {
        digestVectors.first { $0.digest == "sha256" && $0.key == key }?.response ?? ""
    }

    @Test(arguments: digestVectors)
    func `an answer in any of the five digests is welcome`(vector: DigestVector) throws {
        var server = server(key: vector.key.value)
        #expect(try server.receive(vector.prefix + bytes(vector.response)) == .send(welcome))
        let answer = vector.prefix + bytes(vector.answer)
        #expect(try server.receive(challenge + vector.prefix + nonce) == .send(answer))
        #expect(try server.receive(welcome) == .finished)
    }

    @Test(arguments: digestVectors.filter { $0.digest == "md5" })
    func `a bare HMAC-MD5, as Python 3.11 and earlier answer, is welcome`(vector: DigestVector) throws {
        var server = server(key: vector.key.value)
        #expect(try server.receive(bytes(vector.response)) == .send(welcome))
    }

    @Test func `a challenge of 20 bytes is answered by a bare HMAC-MD5`() throws {
        var client = client()
        #expect(try client.receive(challenge + legacyNonce) == .send(bytes(DigestVector.legacyAnswer)))
    }

    @Test(arguments: digestVectors)
    func `an answer with one wrong bit, or of the wrong length, is refused`(vector: DigestVector) throws {
        let right = vector.prefix + bytes(vector.response)
        var flipped = right
        flipped[flipped.count - 1] ^= 1
        for wrong in [flipped, right.dropLast(), right + [0], vector.prefix, Array(right.prefix(vector.prefix.count + 4))] {
            var server = server(key: vector.key.value)
            let error = failure(of: &server, receiving: Array(wrong))
            #expect(error?.reason == .digestReceivedWasWrong)
            #expect(error?.reply == failure)
        }
    }

    @Test(arguments: [[], Array(repeating: 0, count: 15), Array(repeating: 0, count: 16), Array("{sha1}".utf8), welcome] as [[UInt8]])
    func `what is no answer is refused`(message: [UInt8]) {
        var server = server()
        let error = failure(of: &server, receiving: message)
        #expect(error?.reason == .digestReceivedWasWrong)
        #expect(error?.reply == failure)
    }

    @Test func `another key is refused at both ends`() throws {
        var server = server(key: "abc")
        var client = client(key: "abd")
        guard case .send(let answer) = try client.receive(challenge + Array("{sha256}".utf8) + nonce) else {
            return #expect(Bool(false), "the client has to answer")
        }
        #expect(failure(of: &server, receiving: answer)?.reply == failure)
        let error = failure(of: &client, receiving: failure)
        #expect(error?.reason == .digestSentWasRejected)
        #expect(error?.reply == nil)
    }

    @Test func `a server with another key is refused by the client`() throws {
        var client = client(key: "abc")
        _ = try client.receive(challenge + Array("{sha256}".utf8) + nonce)
        _ = try client.receive(welcome)
        let error = failure(of: &client, receiving: Array("{sha256}".utf8) + Array(repeating: 0, count: 32))
        #expect(error?.reason == .digestReceivedWasWrong)
        #expect(error?.reply == failure)
    }

    @Test func `a server does not answer its own challenge that is sent back to it`() {
        var server = server()
        let error = failure(of: &server, receiving: challenge + Array("{sha256}".utf8) + nonce)
        #expect(error?.reason == .digestReceivedWasWrong)
        #expect(failure(of: &server, receiving: challenge + nonce)?.reason == .unexpectedMessage)
    }

    @Test func `an answer of another handshake is refused`() throws {
        let vector = digestVectors[1]
        let answer = vector.prefix + bytes(vector.response)
        var first = server()
        #expect(try first.receive(answer) == .send(welcome))
        var second = started(Authentication(role: .server, key: "abc"))
        #expect(failure(of: &second, receiving: answer)?.reason == .digestReceivedWasWrong)
    }

    @Test(arguments: [
        [], welcome, failure, challenge, challenge + [1], challenge + legacyNonce.dropLast(), challenge + legacyNonce + [0],
        challenge + Array(repeating: 0, count: 32), challenge + Array("{sha1}".utf8) + nonce, challenge.dropLast() + [],
        challenge + Array("{md5}".utf8),
    ] as [[UInt8]])
    func `what is no challenge of any CPython is a protocol error`(message: [UInt8]) {
        var client = client()
        let error = failure(of: &client, receiving: message)
        #expect(error?.reason == .malformedChallenge)
        #expect(error?.reply == nil)
    }

    @Test func `messages out of order are a protocol error`() throws {
        var idle = Authentication(role: .client, key: "abc")
        #expect(failure(of: &idle, receiving: challenge + legacyNonce)?.reason == .unexpectedMessage)
        var waiting = client()
        _ = try waiting.receive(challenge + legacyNonce)
        #expect(failure(of: &waiting, receiving: challenge + legacyNonce)?.reason == .digestSentWasRejected)
        var welcomed = server()
        _ = try welcomed.receive(digestVectors[1].prefix + bytes(digestVectors[1].response))
        #expect(failure(of: &welcomed, receiving: welcome)?.reason == .malformedChallenge)
    }

    @Test func `nothing is received after the end`() throws {
        var ended = server()
        _ = try ended.receive(digestVectors[1].prefix + bytes(digestVectors[1].response))
        _ = try ended.receive(challenge + legacyNonce)
        #expect(try ended.receive(welcome) == .finished)
        #expect(failure(of: &ended, receiving: welcome)?.reason == .unexpectedMessage)
    }

    @Test func `without MD5 the peers that need it are refused`() {
        let vector = digestVectors[0]
        for answer in [bytes(vector.response), vector.prefix + bytes(vector.response)] {
            var server = server(allowsMD5: false)
            let error = failure(of: &server, receiving: answer)
            #expect(error?.reason == .md5NotAllowed)
            #expect(error?.reply == failure)
        }
        for message in [challenge + legacyNonce, challenge + vector.prefix + nonce] {
            var client = client(allowsMD5: false)
            #expect(failure(of: &client, receiving: message)?.reason == .md5NotAllowed)
        }
    }

    @Test(arguments: [0, 1, 2])
    func `a server of several keys finds the one that the peer has, and answers with it`(position: Int) throws {
        let keys: [AuthenticationKey] = ["first", "second", "third"]
        var server = started(Authentication(role: .server, keys: keys, nonce: nonce))
        #expect(server.keyPosition == nil)
        var client = client(key: keys[position])
        let answer = try message(client.receive(challenge + Array("{sha256}".utf8) + nonce))
        let clientChallenge = try message(client.receive(message(server.receive(answer))))
        #expect(server.keyPosition == position)
        #expect(try client.receive(message(server.receive(clientChallenge))) == .sendAndFinish(welcome))
    }

    @Test func `a server of several keys, or of none, refuses a peer that has none of them`() throws {
        for keys in [["first", "second"], []] as [[AuthenticationKey]] {
            var server = started(Authentication(role: .server, keys: keys, nonce: nonce))
            var client = client(key: "third")
            let answer = try message(client.receive(challenge + Array("{sha256}".utf8) + nonce))
            #expect(failure(of: &server, receiving: answer)?.reason == .digestReceivedWasWrong)
            #expect(server.keyPosition == nil)
        }
    }

    @Test func `a key is not printed`() {
        let key: AuthenticationKey = "secret"
        for text in ["\(key)", String(reflecting: key), "\(Mirror(reflecting: key).children.map(\.value))"] {
            #expect(!text.contains("secret") && !text.contains("115"))
        }
    }

    @Test func `random keys have 32 bytes and differ`() {
        #expect(AuthenticationKey.random().bytes.count == 32)
        #expect(AuthenticationKey.random().bytes != AuthenticationKey.random().bytes)
    }
}
