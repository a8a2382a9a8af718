import Foundation
import TestSupport
import Testing

/// TLS and the audit log, by the command's options.
@Suite(.timeLimit(.minutes(2))) struct ServeSecurityTests {
    private static let key = ["MANAGER_AUTHKEY": "abc"]

    @Test(.enabled(if: TestCertificates.areAvailable)) func `Every subcommand speaks TLS, its worker processes too`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        try await certificates.make("client", hosts: "DNS:client")
        let server = [
            "--tls-certificate", certificates.file("server.pem"), "--tls-key", certificates.file("server.key"),
            "--tls-client-ca", certificates.file("ca.pem"),
        ]
        let tls = [
            "--tls-ca", certificates.file("ca.pem"), "--tls-certificate", certificates.file("client.pem"), "--tls-key", certificates.file("client.key"),
        ]
        try await withServe(["--register", "tasks=Queue", "--register", "results=Queue"] + server) { address, environment in
            func run(_ command: String, _ rest: [String]) async throws -> Outcome {
                try await ManagerProgram.run([command, "--address", address] + tls + rest, environment: environment)
            }
            #expect(try await run("put", ["tasks", "x"]).status == 0)
            #expect(try await run("call", ["tasks", "qsize"]).output == "1\n")
            let worker = try ManagerProgram.start(
                ["work", "--address", address] + tls + ["--tasks", "tasks", "--results", "results", "--jobs", "1", "--", "echo", "got"],
                environment: environment)
            #expect(try await run("get", ["results", "--json"]).output.contains(#""output": "got x\n""#))
            worker.end()
            _ = await worker.outcome()
            #expect(try await run("map", ["--jobs", "2", "--", "echo", "{}", ":::", "1", "2"]).output == "1\n2\n")
            let without = try await ManagerProgram.run(["call", "--address", address, "--tls", "tasks", "qsize"], environment: environment)
            #expect(without.status == 2)
            #expect(without.errors == "manager: the server's certificate is signed by no authority that is trusted here\n")
        }
    }

    @Test func `Options of TLS that do not go together are told`() async throws {
        let cases: [([String], String)] = [
            (["serve", "--tls-certificate", "c"], "--tls-certificate and --tls-key go together"),
            (["serve", "--tls-client-ca", "c"], "--tls-client-ca needs --tls-certificate and --tls-key"),
            (["put", "--tls-key", "k", "q"], "--tls-certificate and --tls-key go together"),
            (["serve", "--tls-certificate", "/nonexistent", "--tls-key", "/nonexistent"], "/nonexistent: no certificates in PEM form can be read"),
            (["serve", "--audit", "/nonexistent/audit"], "the audit log /nonexistent/audit cannot be written"),
        ]
        for (arguments, message) in cases {
            let ended = try await ManagerProgram.run(arguments + ["--address", "127.0.0.1:0"], environment: Self.key)
            #expect(ended.status == 2, "\(arguments)")
            #expect(ended.errors.contains(message), "\(arguments): \(ended.errors)")
        }
    }

    @Test func `The audit log is opened again at SIGHUP`() async throws {
        let folder = try TemporaryFolder()
        let (log, moved) = (folder.path("audit"), folder.path("audit.1"))
        let server = try ManagerProgram.start(
            ["serve", "--address", "127.0.0.1:0", "--register", "jobs=Queue", "--audit", log], environment: Self.key)
        let address = try await server.listeningAddress()
        func put() async throws {
            #expect(try await ManagerProgram.run(["put", "--address", address, "jobs", "a value"], environment: Self.key).status == 0)
        }
        try await put()
        #expect(rename(log, moved) == 0)
        kill(server.pid, SIGHUP)
        try await waitUntil { FileManager.default.fileExists(atPath: log) }
        try await put()
        server.end()
        #expect(await server.outcome().status == 0)
        for name in ["audit", "audit.1"] {
            let text = try folder.text(name)
            #expect(text.contains(#""event": "call""#) && text.contains(#""method": "put"#), "\(text)")
            #expect(!text.contains("a value"))
        }
    }
}
