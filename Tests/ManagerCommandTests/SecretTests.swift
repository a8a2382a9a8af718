import Foundation
import TestSupport
import Testing

/// The key is nowhere where others may look.
@Suite(.timeLimit(.minutes(2))) struct SecretTests {
    /// A text that stands nowhere by chance.
    private let secret = "secret-\(UUID().uuidString)"

    /// What the system shows others of a process: its arguments and its environment.
    private func shown(_ pid: Int32) throws -> String {
        try ["cmdline", "environ"].map { name in
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)")), as: UTF8.self)
        }.joined()
    }

    private func children(of pid: Int32) throws -> [Int32] {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        return threads.flatMap { thread in
            ((try? String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8)) ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }

    /// Waits for the last of the programs that the user's command runs, after which no more processes come and go.
    private func waitForLastCommand(under pid: Int32) async throws {
        try await waitUntil { try descendants(of: pid).contains { (try? shown($0).contains("sleep\01000")) == true } }
    }

    private func descendants(of pid: Int32) throws -> [Int32] {
        try children(of: pid).flatMap { [$0] + ((try? descendants(of: $0)) ?? []) }
    }

    @Test func `Neither arguments nor environment of server, workers and commands show the key`() async throws {
        let environment = ["MANAGER_AUTHKEY": secret]
        let server = try ManagerProgram.start(
            ["serve", "--address", "127.0.0.1:0", "--register", "tasks=Queue", "--register", "results=Queue"], environment: environment)
        let address = try await server.listeningAddress()
        let worker = try ManagerProgram.start(
            ["work", "--address", address, "--tasks", "tasks", "--results", "results", "--jobs", "1", "--", "sh", "-c", "env; sleep 1000"],
            environment: environment)
        _ = try await ManagerProgram.run(["put", "--address", address, "tasks", "x"], environment: environment)
        try await waitForLastCommand(under: worker.pid)
        let processes = [server.pid, worker.pid] + (try descendants(of: worker.pid))
        for process in processes {
            let shown = try shown(process)
            #expect(!shown.isEmpty)
            #expect(!shown.contains(secret), "process \(process): \(shown.prefix(200))")
        }
        worker.end()
        server.end()
        let (workerEnd, serverEnd) = (await worker.outcome(), await server.outcome())
        for said in [workerEnd.output, workerEnd.errors, serverEnd.output, serverEnd.errors] { #expect(!said.contains(secret)) }
    }

    @Test func `The key of a server of one's own is in no process's arguments or environment`() async throws {
        let folder = try TemporaryFolder()
        // Who has set a key for other commands does not give it to those that `map` runs.
        let map = try ManagerProgram.start(
            ["map", "--jobs", "1", "--", "sh", "-c", "env > \(folder.path("env")); sleep 1000", ":::", "1"], environment: ["MANAGER_AUTHKEY": secret])
        try await waitForLastCommand(under: map.pid)
        let processes = [map.pid] + (try descendants(of: map.pid))
        // The command, its server, its worker and what that runs.
        #expect(processes.count >= 4)
        #expect(try !shown(map.pid).contains(secret))
        for text in try processes.dropFirst().map(shown) + [folder.text("env")] {
            #expect(!text.lowercased().contains("authkey") && !text.contains(secret))
        }
        map.end()
        _ = await map.outcome()
    }

    @Test func `No error of the command quotes the key`() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(secret, to: "key")
        try await withServe(["--register", "q=Queue"]) { address, _ in
            let cases = [
                ["call", "--address", address, "--authkey-file", file, "q", "qsize"],
                ["call", "--address", "127.0.0.1:1", "--authkey-file", file, "q", "qsize"],
                ["serve", "--address", address, "--authkey-file", file],
                ["call", "--address", "nonsense", "--authkey-file", file, "q", "qsize"],
            ]
            for arguments in cases {
                let ended = try await ManagerProgram.run(arguments)
                #expect(ended.status == 2 && !ended.errors.isEmpty)
                #expect(!(ended.output + ended.errors).contains(secret))
            }
        }
    }

    private static let writesCoresHere: Bool = {
        let pattern = (try? String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8)) ?? ""
        if pattern.hasPrefix("core"), getuid() == 0 { return true }
        print("NOT TESTED, since cores are not written to the working folder, or for want of root: that no core of the command is written")
        return false
    }()

    /// The files in the folder that the system has written of processes that crashed.
    private func cores(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).count { $0.hasPrefix("core") }
    }

    @Test(.enabled(if: writesCoresHere)) func `No core is written of the command's processes, but of those that they run for the user`() async throws {
        let folder = try TemporaryFolder()
        let map = try TestProgram(
            "/bin/sh", ["-c", "cd \"$1\"; ulimit -c unlimited; shift; exec \"$@\"", "sh", folder.path("."), BuiltProduct.path("manager"),
                "map", "--jobs", "1", "--retries", "9", "--", "sleep", "1000", ":::", "1"])
        func processes(_ isMeant: (String) -> Bool) throws -> [Int32] {
            try descendants(of: map.pid).filter { isMeant((try? shown($0)) ?? "") }
        }
        func isCommand(_ shown: String) -> Bool { shown.split(separator: "\0").first?.hasSuffix("/sleep") == true }
        func nextCommand(after known: Int32 = 0) async throws -> Int32 {
            try await waitUntil { try processes(isCommand).contains { $0 != known } }
            return try #require(try processes(isCommand).first { $0 != known })
        }
        // A signal that writes a core, and for which the Swift runtime has no backtrace.
        let command = try await nextCommand()
        kill(command, SIGXCPU)
        let again = try await nextCommand(after: command)
        #expect(try cores(folder.path(".")) == 1)
        let worker = try #require(try String(contentsOfFile: "/proc/\(again)/stat", encoding: .utf8).split(separator: ")").last?
            .split(separator: " ").dropFirst().first.flatMap { Int32($0) })
        kill(worker, SIGXCPU)
        _ = try await nextCommand(after: again)
        for process in try processes({ !isCommand($0) }) + [map.pid] { kill(process, SIGXCPU) }
        #expect(await map.outcome().status != 0)
        #expect(try cores(folder.path(".")) == 1)
    }
}
