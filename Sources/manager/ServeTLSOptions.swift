import ArgumentParser
import Multiprocessing

/// TLS of the server that is run.
struct ServeTLSOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "Speak TLS with this certificate (PEM, with those between it and its authority). Python's clients then need a tunnel.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key of --tls-certificate (PEM).", valueName: "file"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("Only let in clients with a certificate of the authorities in this file (PEM).", valueName: "file"))
    var tlsClientCA: String?

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) { throw ValidationError("--tls-certificate and --tls-key go together.") }
        if tlsClientCA != nil, tlsCertificate == nil { throw ValidationError("--tls-client-ca needs --tls-certificate and --tls-key.") }
    }

    /// `nil` for no TLS.
    var server: ServerTLS? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return ServerTLS(certificateFile: tlsCertificate, keyFile: tlsKey, clientAuthorityFile: tlsClientCA)
    }
}
