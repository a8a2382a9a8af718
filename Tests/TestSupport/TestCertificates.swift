import Foundation

/// Certificates for one test, made by the `openssl` command in a folder that is gone with them.
public final class TestCertificates: Sendable {
    /// Whether there is the command; where not, it is said.
    public static let areAvailable: Bool = {
        if path != nil { return true }
        print("NOT TESTED, for want of the openssl command: TLS")
        return false
    }()

    private static let path = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first(where: FileManager.default.isExecutableFile)

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString.suffix(12))")

    /// Makes an authority.
    public init() async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await makeAuthority("ca")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The path of a file: `ca.pem`, and `NAME.pem` and `NAME.key` of what was made.
    public func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Makes one more authority.
    public func makeAuthority(_ name: String) async throws {
        try await openssl(
            ["req", "-x509"] + Self.newKey + ["-keyout", file("\(name).key"), "-out", file("\(name).pem"), "-subj", "/CN=Test \(name)", "-days", "2",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign"])
    }

    /// Makes a certificate that an authority has signed.
    ///
    /// - Parameters:
    ///   - hosts: whom it is for, as `subjectAltName` has them.
    ///   - days: for how long it is good; a negative number for one that has expired.
    public func make(_ name: String, hosts: String = "DNS:localhost,IP:127.0.0.1", authority: String = "ca", days: Int = 2) async throws {
        try await openssl(["req"] + Self.newKey + ["-keyout", file("\(name).key"), "-out", file("\(name).csr"), "-subj", "/CN=\(name)"])
        // Python 3.13 wants to know by which of an authority's keys a certificate is signed.
        try Data("subjectAltName=\(hosts)\nauthorityKeyIdentifier=keyid\n".utf8).write(to: folder.appendingPathComponent("\(name).ext"))
        try await openssl([
            "x509", "-req", "-in", file("\(name).csr"), "-CA", file("\(authority).pem"), "-CAkey", file("\(authority).key"), "-set_serial", "5",
            "-days", String(days), "-extfile", file("\(name).ext"), "-out", file("\(name).pem"),
        ])
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func openssl(_ arguments: [String]) async throws {
        let ended = try await TestProgram.run(Self.path ?? "openssl", arguments)
        if ended.status != 0 { throw TestProgram.Failure(description: "openssl \(arguments[0]): \(ended.errors)") }
    }
}
