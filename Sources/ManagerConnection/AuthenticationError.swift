/// Why a handshake failed; the connection is to be closed. CPython's `multiprocessing.AuthenticationError`.
///
/// It never carries what the peer sent.
public struct AuthenticationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was wrong.
    public enum Reason: Hashable, Sendable {
        /// The peer's answer is not the right one: it has another key. CPython's «digest received was wrong».
        case digestReceivedWasWrong
        /// The peer refused this side's answer: it has another key. CPython's «digest sent was rejected».
        case digestSentWasRejected
        /// The peer uses HMAC-MD5, or asks for it, and that is not allowed here.
        case md5NotAllowed
        /// The peer's message is not a challenge that any CPython sends.
        case malformedChallenge
        /// The peer sent a message after the handshake had ended or failed, or before it had begun.
        case unexpectedMessage
    }

    /// What was wrong.
    public let reason: Reason

    /// What is still to be sent to the peer before the connection is closed: `#FAILURE#` when its answer was refused.
    public let reply: [UInt8]?

    init(_ reason: Reason, reply: [UInt8]? = nil) {
        self.reason = reason
        self.reply = reply
    }

    /// Says what was wrong and what may be done.
    public var description: String {
        switch reason {
        case .digestReceivedWasWrong: "digest received was wrong: the peer uses another authkey"
        case .digestSentWasRejected: "digest sent was rejected: the peer uses another authkey"
        case .md5NotAllowed: "the peer authenticates by HMAC-MD5 (Python 3.11 or earlier), which is not allowed here"
        case .malformedChallenge: "protocol error, expected a challenge: the peer is no multiprocessing connection"
        case .unexpectedMessage: "protocol error, a message where the handshake has none"
        }
    }
}
