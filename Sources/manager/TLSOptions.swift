import ArgumentParser
import Multiprocessing

/// TLS with the server: one that is told more than `--tls` speaks it, too.
struct TLSOptions: ParsableArguments {
    @Flag(help: "Speak TLS with the server. Its certificate must be for the host of the address.")
    var tls = false

    @Option(help: ArgumentHelp(
        "Trust the authorities whose certificates are in this file (PEM), instead of those that the system trusts.", valueName: "file"))
    var tlsCA: String?

    @Option(help: ArgumentHelp("This client's own certificate (PEM), for a server that asks for one.", valueName: "file"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("The private key of --tls-certificate (PEM).", valueName: "file"))
    var tlsKey: String?

    @Option(help: ArgumentHelp("The name that the server's certificate must have, where that is not the host of the address.", valueName: "name"))
    var tlsServerName: String?

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) { throw ValidationError("--tls-certificate and --tls-key go together.") }
    }

    /// `nil` for no TLS.
    var client: ClientTLS? {
        guard tls || [tlsCA, tlsCertificate, tlsKey, tlsServerName].contains(where: { $0 != nil }) else { return nil }
        return ClientTLS(authorityFile: tlsCA, certificateFile: tlsCertificate, keyFile: tlsKey, serverName: tlsServerName)
    }
}
