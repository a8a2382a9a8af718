import Foundation
import TestSupport
import Testing

/// `manager serve` with keys and grants in files, which are read again while it runs.
@Suite(.timeLimit(.minutes(2))) struct ServeAccessTests {
    private static let grants = """
        key workers work.key
        create jobs
        call jobs.put jobs.put_many
        key operators operate.key
        create *
        call *
        administer *
        """

    private func folder(_ grants: String = Self.grants) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(grants, to: "grants")
        try folder.write("work\n", to: "work.key")
        try folder.write("operate\n", to: "operate.key")
        return folder
    }

    /// A server that listens, and whose log can be read while it runs.
    private struct Server {
        let program: TestProgram
        let address: String
        let folder: TemporaryFolder

        init(_ options: [String], _ folder: TemporaryFolder) async throws {
            let command = [BuiltProduct.path("manager"), "serve", "--address", "127.0.0.1:0", "--register", "jobs=Queue"] + options
            program = try TestProgram("/bin/sh", ["-c", "exec \"$@\" 2>\"$LOG\"", "sh"] + command, environment: ["LOG": folder.path("log")])
            address = try await program.listeningAddress()
            self.folder = folder
        }

        var log: String { get throws { try folder.text("log") } }

        /// Has it read its files again, and waits until it says that it has, or what is wrong.
        func reload(_ message: String) async throws {
            let before = try log.components(separatedBy: message).count
            kill(program.pid, SIGHUP)
            try await waitUntil { try log.components(separatedBy: message).count > before }
        }

        func end() async {
            program.end()
            #expect(await program.outcome().status == 0)
        }
    }

    private static let (done, undone) = ("what could be read again has been", "nothing has changed")

    private func run(_ command: [String], at address: String, key: String) async throws -> Outcome {
        try await ManagerProgram.run([command[0], "--address", address, "--authkey-file", key] + command.dropFirst())
    }

    private func isLetIn(at address: String, key: String) async throws -> Bool {
        try await !run(["call", "jobs", "put", "1"], at: address, key: key).errors.contains("authkey")
    }

    @Test func `Each key does what its grants say, and the refusal says whose key may not do what`() async throws {
        let folder = try folder()
        let server = try await Server(["--grants", folder.path("grants")], folder)
        let (work, operate) = (folder.path("work.key"), folder.path("operate.key"))
        #expect(try await run(["put", "jobs", "a"], at: server.address, key: work).status == 0)
        let refused = try await run(["call", "jobs", "qsize"], at: server.address, key: work)
        #expect(refused.status == 1)
        #expect(refused.errors == "manager: jobs.qsize: PermissionError: the key 'workers' may not call jobs.qsize\n")
        #expect(try await run(["call", "jobs", "qsize"], at: server.address, key: operate).output == "1\n")
        #expect(try await run(["call", "dict", "copy"], at: server.address, key: work).errors.contains("may not create 'dict'"))
        await server.end()
    }

    @Test func `A mistake in the grants is told with its line, and no server starts`() async throws {
        let cases = [
            ("key workers work.key\ncreate jbos\n", "line 2: nothing is registered as 'jbos'"),
            ("key workers missing.key\n", "line 1: cannot read the key file"),
            ("key workers work.key\nkey others work.key\n", "'workers' and 'others' have the same key"),
        ]
        for (text, message) in cases {
            let folder = try folder(text)
            let ended = try await ManagerProgram.run(
                ["serve", "--address", "127.0.0.1:0", "--register", "jobs=Queue", "--grants", folder.path("grants")])
            #expect(ended.status == 2 && ended.output.isEmpty)
            #expect(ended.errors.hasPrefix("manager: \(folder.path("grants")): \(message)"), "\(ended.errors)")
        }
        let both = try await ManagerProgram.run(["serve", "--address", "127.0.0.1:0", "--grants", "a", "--authkey-file", "b"])
        #expect(both.status == 2 && both.errors.contains("--authkey-file has no place beside it"))
    }

    @Test func `SIGHUP reads the key file again, and an unreadable one changes nothing`() async throws {
        let folder = try TemporaryFolder()
        let (old, new) = (try folder.write("first", to: "old"), try folder.write("second", to: "new"))
        let current = try folder.write("first", to: "current")
        let server = try await Server(["--authkey-file", current], folder)
        #expect(try await isLetIn(at: server.address, key: old))
        try folder.write("second", to: "current")
        try await server.reload(Self.done)
        #expect(try await isLetIn(at: server.address, key: new))
        #expect(try await !isLetIn(at: server.address, key: old))
        unlink(current)
        try await server.reload(Self.undone)
        #expect(try server.log.contains("nothing has changed: cannot read the key file \(current): No such file or directory"))
        #expect(try await isLetIn(at: server.address, key: new))
        await server.end()
    }

    @Test func `Grants are read again, and bad ones leave in force what is`() async throws {
        let folder = try folder()
        let server = try await Server(["--grants", folder.path("grants")], folder)
        let (work, next) = (folder.path("work.key"), try folder.write("next", to: "next.key"))
        let question = ["call", "jobs", "qsize"]
        try folder.write("key workers work.key\nnonsense\n", to: "grants")
        try await server.reload(Self.undone)
        #expect(try server.log.contains("nothing has changed: \(folder.path("grants")): line 2: 'nonsense' is none of key, create, call and administer"))
        #expect(try await run(question, at: server.address, key: work).errors.contains("may not call jobs.qsize"))
        let grants = Self.grants.replacingOccurrences(of: "jobs.put ", with: "jobs.put jobs.qsize ")
        try folder.write(grants.replacingOccurrences(of: "work.key", with: "work.key next.key"), to: "grants")
        try await server.reload(Self.done)
        for key in [work, next] { #expect(try await run(question, at: server.address, key: key).output == "0\n") }
        try folder.write(grants.replacingOccurrences(of: "work.key", with: "next.key"), to: "grants")
        try await server.reload(Self.done)
        #expect(try await !isLetIn(at: server.address, key: work))
        #expect(try await isLetIn(at: server.address, key: next))
        await server.end()
    }

    @Test func `A peer that is refused for its old digest is logged with the reason`() async throws {
        let python = try #require(PythonInterpreter.all.first { !$0.isAtLeast(3, 12) })
        let folder = try folder()
        let server = try await Server(["--authkey-file", folder.path("work.key"), "--refuse-md5"], folder)
        let script = """
            import sys
            from multiprocessing import AuthenticationError
            from multiprocessing.managers import BaseManager
            host, port = sys.argv[1].split(':')
            try: BaseManager((host, int(port)), b'work').connect()
            except AuthenticationError as error: print(error)
            """
        #expect(try await python.run(script, [server.address]).output == "digest sent was rejected\n")
        let log = try server.log
        #expect(log.contains("a peer was refused") && log.contains("HMAC-MD5 (Python 3.11 or earlier), which is not allowed here"))
        await server.end()
    }
}
