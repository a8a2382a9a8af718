import NIOSSL

/// What TLS reads from files, and what is said of one that cannot be used.
enum TLSFiles {
    static func certificates(_ path: String) throws(TLSError) -> [NIOSSLCertificate] {
        let found = try TLSError.explaining("\(path): no certificates in PEM form can be read") { try NIOSSLCertificate.fromPEMFile(path) }
        if found.isEmpty { throw TLSError("\(path): there is no certificate in PEM form") }
        return found
    }

    static func privateKey(_ path: String) throws(TLSError) -> NIOSSLPrivateKey {
        try TLSError.explaining("\(path): no private key in PEM form, without a password, can be read") {
            try NIOSSLPrivateKey(file: path, format: .pem)
        }
    }

    static func context(_ configuration: TLSConfiguration) throws(TLSError) -> NIOSSLContext {
        try TLSError.explaining("the certificate and the private key cannot be used together") { try NIOSSLContext(configuration: configuration) }
    }
}
