public import NIOCore
import NIOSSL

/// How a client speaks TLS: whom it trusts, and what it shows of itself.
///
/// The files are read at each connection, so one that is replaced counts from the next on. TLS 1.2 is the oldest version that is spoken.
public struct ClientTLS: Hashable, Sendable, Codable {
    /// A PEM file with the certificates of the authorities that may have signed the server's; `nil` for those that the system trusts.
    public var authorityFile: String?
    /// A PEM file with this client's own certificate, and those between it and its authority: for a server that asks for one.
    public var certificateFile: String?
    /// A PEM file with the private key of the certificate.
    public var keyFile: String?
    /// The name that the server's certificate must have; `nil` for the host of the address.
    public var serverName: String?

    /// TLS with a server whose certificate is checked, always: there is no way to leave that out.
    public init(authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil) {
        self.authorityFile = authorityFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.serverName = serverName
    }
}

/// The TLS of a client, its files read.
public struct ClientTLSContext: Sendable {
    private let context: NIOSSLContext
    private let serverName: String?

    /// Reads the files.
    ///
    /// - Throws: ``TLSError`` when one cannot be used.
    public init(_ tls: ClientTLS) throws(TLSError) {
        context = try tls.context()
        serverName = tls.serverName
    }

    /// Has a connection speak TLS, before any other handler is added. To be called on its event loop.
    ///
    /// - Parameters:
    ///   - channel: the connection.
    ///   - address: what is connected to; an IP address is no name, and the certificate has to be for the address itself.
    public func secure(_ channel: any Channel, to address: ManagerAddress) throws {
        let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName ?? address.certificateName)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.pipeline.syncOperations.addHandler(TLSErrorHandler { TLSError(ofClient: $0, on: $1) })
    }
}

extension ClientTLS {
    fileprivate func context() throws(TLSError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorityFile { configuration.trustRoots = .certificates(try TLSFiles.certificates(authorityFile)) }
        switch (certificateFile, keyFile) {
        case (nil, nil): break
        case (let certificateFile?, let keyFile?):
            configuration.certificateChain = try TLSFiles.certificates(certificateFile).map { .certificate($0) }
            configuration.privateKey = .privateKey(try TLSFiles.privateKey(keyFile))
        case (let certificateFile?, nil): throw TLSError("\(certificateFile): the certificate's private key is needed, too")
        case (nil, let keyFile?): throw TLSError("\(keyFile): the private key's certificate is needed, too")
        }
        return try TLSFiles.context(configuration)
    }
}

extension ManagerAddress {
    /// The name that a certificate has to have for a server at this address; `nil` for the IP address itself.
    fileprivate var certificateName: String? {
        guard case .tcp(let host, let port) = self, !host.isEmpty else { return nil }
        return (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
    }
}
