public import NIOCore

/// The handshake that opens a connection, seen from one end: it is told what arrives and says what to send.
/// CPython's `deliver_challenge` and `answer_challenge`.
///
/// A server delivers a challenge and then answers one; a client answers first. One behaviour serves every CPython: the
/// challenge is the one of 3.12, and an answer may have either the form of 3.12 or that of 2.7 to 3.11 (see `protocol.md`).
///
/// The server answers nothing before the peer's own answer was right, so it cannot be used to compute the answer to its
/// own challenge. A client has to answer first, as the protocol is: it proves only that it knows the key.
public struct Authentication: Sendable {
    /// Which end of the connection this is.
    public enum Role: Sendable {
        /// The end that accepted the connection.
        case server
        /// The end that connected.
        case client
    }

    /// What to do after a message.
    public enum Step: Hashable, Sendable {
        /// Send this message and wait for the next.
        case send([UInt8])
        /// Send this message; the peer is authenticated.
        case sendAndFinish([UInt8])
        /// The peer is authenticated. What it sends next is no part of the handshake.
        case finished
    }

    /// The longest message of a handshake, in bytes; CPython refuses a longer one.
    public static let maximumMessageLength = 256

    /// Whether HMAC-MD5 is accepted from the peer, and given to it. Python 3.11 and earlier know nothing else.
    public let allowsMD5: Bool

    private enum State {
        case idle, awaitsChallenge, awaitsWelcome, awaitsResponse, finished, failed
    }

    private let role: Role
    /// The keys that the peer may know.
    private let keys: [AuthenticationKey]
    /// The key of this handshake: a client's own; at a server, the one that the peer's answer was made with, once it has answered.
    private var key: AuthenticationKey?
    /// Which of the keys that is, counted from 0.
    public private(set) var keyPosition: Int?
    private let challenge: [UInt8]
    private var state = State.idle
    /// Whether the peer's challenge was that of Python 3.11 and earlier.
    public private(set) var peerIsLegacy = false

    /// The handshake of one new connection.
    ///
    /// - Parameters:
    ///   - role: which end this is.
    ///   - key: the secret that the peer has to know too.
    ///   - allowsMD5: whether a peer may use HMAC-MD5; without it, Python 3.11 and earlier are refused.
    public init(role: Role, key: AuthenticationKey, allowsMD5: Bool = true) {
        self.init(role: role, keys: [key], allowsMD5: allowsMD5)
    }

    /// The handshake of one new connection at a server that has several keys. The peer's answer tells which of them the peer knows, and its own
    /// challenge is answered with the same one.
    ///
    /// - Parameters:
    ///   - keys: the secrets; the peer has to know one of them. Each is tried, so that the time taken does not tell which one it was.
    ///   - allowsMD5: as in ``init(role:key:allowsMD5:)``.
    public init(serverKeys keys: [AuthenticationKey], allowsMD5: Bool = true) {
        self.init(role: .server, keys: keys, allowsMD5: allowsMD5)
    }

    init(role: Role, keys: [AuthenticationKey], allowsMD5: Bool = true, nonce: [UInt8] = randomBytes(count: 40)) {
        self.role = role
        self.keys = keys
        self.allowsMD5 = allowsMD5
        if role == .client { key = keys.first }
        challenge = AuthenticationDigest.sha256.prefix + nonce
    }

    /// Begins the handshake.
    ///
    /// - Returns: the first message, which a server has to send; `nil` for a client, which waits.
    public mutating func start() -> [UInt8]? {
        guard role == .server else {
            state = .awaitsChallenge
            return nil
        }
        state = .awaitsResponse
        return Message.challenge + challenge
    }

    /// Goes on with a message from the peer.
    ///
    /// - Parameter message: the payload of one frame.
    /// - Throws: ``AuthenticationError``. Its ``AuthenticationError/reply`` is to be sent, if there is one, and the
    ///   connection closed.
    public mutating func receive(_ message: some Sequence<UInt8>) throws(AuthenticationError) -> Step {
        do {
            return try advance(with: Array(message))
        } catch {
            state = .failed
            throw error
        }
    }

    /// Goes on with the readable bytes of `message`; see ``receive(_:)-(Sequence<UInt8>)``.
    public mutating func receive(_ message: ByteBuffer) throws(AuthenticationError) -> Step {
        try receive(message.readableBytesView)
    }
}

extension Authentication {
    private enum Message {
        static let challenge = Array("#CHALLENGE#".utf8)
        static let welcome = Array("#WELCOME#".utf8)
        static let failure = Array("#FAILURE#".utf8)
    }

    /// What a challenge of Python 3.11 and earlier has, and nothing else.
    private static var legacyChallengeLength: Int { 20 }
    /// What an answer of Python 3.11 and earlier has: a bare HMAC-MD5.
    private static var legacyResponseLength: Int { 16 }

    private mutating func advance(with message: [UInt8]) throws(AuthenticationError) -> Step {
        switch state {
        case .awaitsChallenge: try answerChallenge(message)
        case .awaitsWelcome: try acceptWelcome(message)
        case .awaitsResponse: try verifyResponse(message)
        case .idle, .finished, .failed: throw AuthenticationError(.unexpectedMessage)
        }
    }

    private mutating func answerChallenge(_ message: [UInt8]) throws(AuthenticationError) -> Step {
        guard message.starts(with: Message.challenge) else { throw AuthenticationError(.malformedChallenge) }
        let response = try response(to: Array(message.dropFirst(Message.challenge.count)))
        peerIsLegacy = message.count == Message.challenge.count + Self.legacyChallengeLength
        state = .awaitsWelcome
        return .send(response)
    }

    private mutating func acceptWelcome(_ message: [UInt8]) throws(AuthenticationError) -> Step {
        guard message == Message.welcome else { throw AuthenticationError(.digestSentWasRejected) }
        guard role == .client else {
            state = .finished
            return .finished
        }
        state = .awaitsResponse
        return .send(Message.challenge + challenge)
    }

    private mutating func verifyResponse(_ message: [UInt8]) throws(AuthenticationError) -> Step {
        try verify(message)
        guard role == .server else {
            state = .finished
            return .sendAndFinish(Message.welcome)
        }
        state = .awaitsChallenge
        return .send(Message.welcome)
    }

    /// The answer to the peer's challenge. CPython's `_create_response`.
    private func response(to challenge: [UInt8]) throws(AuthenticationError) -> [UInt8] {
        let isLegacy = challenge.count == Self.legacyChallengeLength
        guard challenge.count >= Self.legacyChallengeLength,
            let digest = isLegacy ? .md5 : AuthenticationDigest(prefixOf: challenge)
        else { throw AuthenticationError(.malformedChallenge) }
        guard allowsMD5 || digest != .md5 else { throw AuthenticationError(.md5NotAllowed) }
        // A server comes here only after the peer's answer was right.
        guard let key else { throw AuthenticationError(.unexpectedMessage) }
        return (isLegacy ? [] : digest.prefix) + digest.code(for: challenge, key: key)
    }

    /// Checks the peer's answer to this side's challenge, and notes with which key it was made. CPython's `_verify_challenge`.
    private mutating func verify(_ response: [UInt8]) throws(AuthenticationError) {
        let isLegacy = response.count == Self.legacyResponseLength
        guard let digest = isLegacy ? .md5 : AuthenticationDigest(prefixOf: response) else {
            throw AuthenticationError(.digestReceivedWasWrong, reply: Message.failure)
        }
        guard allowsMD5 || digest != .md5 else { throw AuthenticationError(.md5NotAllowed, reply: Message.failure) }
        let code = isLegacy ? response : Array(response.dropFirst(digest.prefix.count))
        let fitting = keys.indices.filter { digest.isValid(code, for: challenge, key: keys[$0]) }
        guard let position = fitting.first else {
            throw AuthenticationError(.digestReceivedWasWrong, reply: Message.failure)
        }
        keyPosition = position
        key = keys[position]
    }
}
