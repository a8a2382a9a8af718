import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An error of TLS by its kind, as BoringSSL's texts tell it.
enum TLSFailure {
    /// This side does not accept the peer's certificate, or the peer has shown none.
    case certificateIsRefused
    case nameIsAnother
    case isNoTLS
    /// The peer does not accept this side's certificate; with its alert.
    case refusedByPeer(String)
    /// The peer has ended the connection before both spoke TLS.
    case isEnded
    case other(String)

    /// - Returns: `nil` when it is no error of TLS, or only says that the connection ended later.
    init?(_ error: any Error) {
        if let error = error as? NIOSSLExtraError {
            self = error == .failedToValidateHostname ? .nameIsAnother : .other("\(error)")
        } else if let reasons = Self.reasons(of: error) {
            self.init(reasons: reasons)
        } else {
            return nil
        }
    }

    private init(reasons: String) {
        let alerts = ["UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN", "CERTIFICATE_REQUIRED"]
        if let alert = alerts.first(where: { reasons.contains("ALERT_\($0)") }) {
            self = .refusedByPeer(alert.lowercased().split(separator: "_").joined(separator: " "))
        } else if ["CERTIFICATE_VERIFY_FAILED", "PEER_DID_NOT_RETURN_A_CERTIFICATE"].contains(where: reasons.contains) {
            self = .certificateIsRefused
        } else if ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_MESSAGE", "BAD_PACKET_LENGTH"].contains(where: reasons.contains) {
            self = .isNoTLS
        } else if reasons.contains("EOF during handshake") {
            self = .isEnded
        } else {
            self = .other(reasons)
        }
    }

    private static func reasons(of error: any Error) -> String? {
        switch error {
        case NIOSSLError.handshakeFailed(let error): "\(error)"
        case BoringSSLError.sslError(let stack): "\(stack)"
        default: nil
        }
    }
}

/// Seconds since 1970.
func currentTime() -> time_t { time(nil) }
