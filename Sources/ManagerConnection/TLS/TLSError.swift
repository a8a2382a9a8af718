import NIOCore
import NIOSSL

/// Why two sides do not come to speak TLS. Its description says what is wrong and what to do.
public struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// Does something, whose failure is told in other words.
    static func explaining<Result>(_ text: String, _ body: () throws -> Result) throws(TLSError) -> Result {
        do { return try body() } catch { throw TLSError(text) }
    }
}

extension TLSError {
    /// What an error on a client's connection says; `nil` when it is no error of TLS.
    ///
    /// - Parameter channel: the connection, on whose event loop this is.
    init?(ofClient error: any Error, on channel: any Channel) {
        let handler = try? channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
        switch TLSFailure(error) {
        case .certificateIsRefused: self.init("the server's certificate \(Self.fault(of: handler?.peerCertificate))")
        case .nameIsAnother:
            self.init("the server's certificate is for another name than the one that it was connected to; connect by a name that the certificate has, or say which name is expected")
        case .isNoTLS: self.init("the server does not speak TLS; connect without it, or start the server with a certificate")
        case .refusedByPeer(let alert): self.init("the server refused this client's certificate, or asks for one (\(alert))")
        case .isEnded: self.init("the server ended the connection before both sides spoke TLS")
        case .other(let text): self.init("TLS failed: \(text)")
        case nil: return nil
        }
    }

    /// What an error on a connection to a server says; `nil` when it is no error of TLS.
    ///
    /// - Parameter channel: the connection, on whose event loop this is.
    init?(ofServer error: any Error, on channel: any Channel) {
        let handler = try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        switch TLSFailure(error) {
        case .certificateIsRefused: self.init("the client's certificate \(Self.fault(of: handler?.peerCertificate))")
        case .nameIsAnother, .isNoTLS: self.init("the client does not speak TLS")
        case .refusedByPeer(let alert): self.init("the client refused this server's certificate (\(alert))")
        case .isEnded: self.init("the client ended the connection before both sides spoke TLS, as it does when the certificate is for another name")
        case .other(let text): self.init("TLS failed: \(text)")
        case nil: return nil
        }
    }

    private static func fault(of certificate: NIOSSLCertificate?) -> String {
        guard let certificate else { return "is missing" }
        let now = currentTime()
        if certificate.notValidAfter < now { return "has expired" }
        if certificate.notValidBefore > now { return "is not valid yet" }
        return "is signed by no authority that is trusted here"
    }
}
