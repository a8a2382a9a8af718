import Foundation
import TestSupport
import Testing

/// Who gets a socket file, with servers that are real processes.
@Suite(.timeLimit(.minutes(2))) struct SocketFileTests {
    private static let environment = ["MANAGER_AUTHKEY": "abc"]

    /// Runs the body with the path of a socket in a folder of its own.
    private func withPath(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("socket-\(UUID().uuidString.suffix(12))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.appendingPathComponent("s").path)
    }

    private func start(at path: String) throws -> TestProgram {
        try ManagerProgram.start(["serve", "--address", "unix:\(path)", "--register", "q=Queue"], environment: Self.environment)
    }

    private func startListening(at path: String) async throws -> TestProgram {
        let server = try start(at: path)
        #expect(await server.nextLine() == "listening on unix:\(path)")
        return server
    }

    private func isServed(at path: String) async throws -> Bool {
        try await ManagerProgram.run(["call", "--address", "unix:\(path)", "q", "qsize"], environment: Self.environment).output == "0\n"
    }

    @Test func `The file of a server that was killed is replaced, and is its owner's alone again`() async throws {
        try await withPath { path in
            let killed = try await startListening(at: path)
            killed.kill()
            _ = await killed.outcome()
            #expect(FileManager.default.fileExists(atPath: path))
            #expect(try await !isServed(at: path))
            let next = try await startListening(at: path)
            #expect(try await isServed(at: path))
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
            next.end()
            #expect(await next.outcome().status == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func `The file of a server that lives is not replaced`() async throws {
        try await withPath { path in
            let server = try await startListening(at: path)
            let second = try await start(at: path).outcome()
            #expect(second.status == 2)
            #expect(second.errors.contains("unix:\(path): the address is in use"))
            #expect(try await isServed(at: path))
            server.kill()
            _ = await server.outcome()
        }
    }

    @Test func `Of servers that start at one moment at an abandoned file one gets it, and the others are told so`() async throws {
        try await withPath { path in
            for _ in 0..<3 {
                let servers = try (0..<5).map { _ in try start(at: path) }
                let lines = await withTaskGroup(of: (Int, String?).self) { group in
                    for (index, server) in servers.enumerated() { group.addTask { (index, await server.nextLine()) } }
                    return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                #expect(lines.count == 1)
                for (index, server) in servers.enumerated() where lines[index] == nil {
                    let refused = await server.outcome()
                    #expect(refused.status == 2 && refused.errors.contains("in use"), "\(refused.status) \(refused.errors)")
                }
                let winner = try #require(lines.keys.first)
                #expect(try await isServed(at: path))
                servers[winner].kill()
                _ = await servers[winner].outcome()
                #expect(FileManager.default.fileExists(atPath: path))
            }
        }
    }

    @Test func `A server of one's own has its socket in a folder that only its user can look into`() async throws {
        try await withPath { path in
            let folder = (path as NSString).deletingLastPathComponent
            let shown = try await ManagerProgram.run(
                ["map", "--", "sh", "-c", "stat -c '%a %F' {}/multiprocessing-* {}/multiprocessing-*/*", ":::", folder],
                environment: ["TMPDIR": folder])
            #expect(shown.output == "700 directory\n600 socket\n", "\(shown.errors)")
        }
    }
}
