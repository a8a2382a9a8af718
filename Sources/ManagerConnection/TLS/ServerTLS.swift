public import NIOCore
import NIOSSL

/// How a server speaks TLS: what it shows of itself, and whether clients have to show something, too.
public struct ServerTLS: Hashable, Sendable, Codable {
    /// A PEM file with the server's certificate, and those between it and its authority.
    public var certificateFile: String
    /// A PEM file with the private key of the certificate.
    public var keyFile: String
    /// A PEM file with the certificates of the authorities of which every client must have a certificate; `nil` when clients need none.
    public var clientAuthorityFile: String?

    /// TLS with this certificate. TLS 1.2 is the oldest version that is spoken.
    public init(certificateFile: String, keyFile: String, clientAuthorityFile: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.clientAuthorityFile = clientAuthorityFile
    }
}

/// The TLS of a server, its files read.
public struct ServerTLSContext: Sendable {
    /// How long a client may take to begin: one that speaks TLS has the first word.
    private static let patience: Duration = .seconds(5)

    private let context: NIOSSLContext

    /// Reads the files.
    ///
    /// - Throws: ``TLSError`` when one cannot be used.
    public init(_ tls: ServerTLS) throws(TLSError) {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try TLSFiles.certificates(tls.certificateFile).map { .certificate($0) },
            privateKey: .privateKey(try TLSFiles.privateKey(tls.keyFile)))
        configuration.minimumTLSVersion = .tlsv12
        if let file = tls.clientAuthorityFile {
            configuration.trustRoots = .certificates(try TLSFiles.certificates(file))
            configuration.certificateVerification = .noHostnameVerification
        }
        context = try TLSFiles.context(configuration)
    }

    /// Has a connection that was accepted speak TLS, before any other handler is added. To be called on its event loop.
    public func secure(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        let errors = TLSErrorHandler(patience: Self.patience) { TLSError(ofServer: $0, on: $1) }
        try channel.pipeline.syncOperations.addHandler(errors)
    }
}
