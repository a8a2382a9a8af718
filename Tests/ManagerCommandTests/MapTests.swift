import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct MapTests {
    /// Files that any Linux has.
    private static let files: [String] = {
        let programs = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/bin"))?.map { "/usr/bin/\($0)" } ?? []
        return programs.sorted().filter { (try? FileManager.default.attributesOfItem(atPath: $0)[.type]) as? FileAttributeType == .typeRegular }
            .prefix(300).map { $0 }
    }()

    @Test func `sha256sum over many files gives what sha256sum itself gives`() async throws {
        let mapped = try await ManagerProgram.run(["map", "--jobs", "3", "--", "sha256sum"], input: Self.files.joined(separator: "\n") + "\n")
        #expect(mapped.status == 0)
        let direct = try await TestProgram.run("/usr/bin/sha256sum", Self.files)
        #expect(mapped.output == direct.output)
    }

    @Test func `Outputs come in the order of the inputs, whichever ends first`() async throws {
        let inputs = ["0.3", "0.2", "0.1", "0"]
        let ended = try await ManagerProgram.run(["map", "--jobs", "4", "--", "sh", "-c", "sleep {}; echo {}", ":::"] + inputs)
        #expect(ended.output == "0.3\n0.2\n0.1\n0\n")
    }

    @Test func `A failed input is tried again, then told with its status and its errors`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = "echo {} >> '\(folder.path)/{}'; [ {} = good ] || { echo complaint >&2; exit 7; }"
        let ended = try await ManagerProgram.run(["map", "--retries", "2", "--", "sh", "-c", script, ":::", "good", "bad"])
        #expect(ended.status == 1)
        #expect(ended.errors.contains("sh: bad: exit status 7\ncomplaint\n"))
        #expect(ended.errors.contains("1 input failed"))
        let attempts = try String(contentsOf: folder.appendingPathComponent("bad"), encoding: .utf8)
        #expect(attempts == "bad\nbad\nbad\n")
    }

    @Test func `An input whose worker is killed is run again, by another worker`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Each command kills its worker the first time that it runs.
        let script = "[ -e '\(folder.path)/{}' ] || { touch '\(folder.path)/{}'; kill -9 $PPID; sleep 60; }; echo {}"
        let ended = try await ManagerProgram.run(["map", "--jobs", "2", "--", "sh", "-c", script, ":::"] + (1...6).map(String.init))
        #expect(ended.status == 0)
        #expect(ended.output == "1\n2\n3\n4\n5\n6\n")
        #expect(ended.errors.contains("ended by signal 9; its input goes to another"))
    }

    @Test func `An input that kills every worker fails after so many, and the others are done`() async throws {
        let script = "[ {} != poison ] || kill -9 $PPID; echo {}"
        let ended = try await ManagerProgram.run(
            ["map", "--jobs", "2", "--max-deliveries", "3", "--retries", "1", "--", "sh", "-c", script, ":::", "1", "poison", "2", "3"])
        #expect(ended.status == 1)
        #expect(ended.output == "1\n2\n3\n")
        #expect(ended.errors.contains("sh: poison: 3 workers, one after the other, died while the command ran\n"), "\(ended.errors)")
        #expect(ended.errors.contains("1 input failed"))
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `A signal ends everything that was started`(_ signal: Int32) async throws {
        let mark = "31\(Int.random(in: 10_000...99_999)).5"
        let map = try ManagerProgram.start(["map", "--jobs", "2", "--", "sh", "-c", "echo ready >&2; sleep \(mark)", ":::", "1", "2"])
        try await waitUntil { Self.processes(with: mark) == 2 }
        kill(map.pid, signal)
        let ended = await map.outcome()
        #expect(ended.status == 128 + signal)
        #expect(Self.processes(with: mark) == 0)
    }

    @Test func `A master that is killed takes its workers, its server and all their commands along`() async throws {
        let mark = "32\(Int.random(in: 10_000...99_999)).5"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("map-\(mark)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // The commands do not mind being asked to end, and have sent something into a session of its own.
        let script = "trap '' TERM HUP; setsid sleep \(mark) & sleep \(mark)"
        let map = try ManagerProgram.start(
            ["map", "--jobs", "2", "--", "sh", "-c", script, ":::", "1", "2"], environment: ["TMPDIR": folder.path])
        try await waitUntil { Self.processes(with: mark) == 4 }
        kill(map.pid, SIGKILL)
        // All of them have the mark among their arguments.
        try await waitUntil { RunningProcesses.count { $0.contains(mark) } == 0 }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
        #expect(await map.outcome().status == -SIGKILL)
    }

    @Test func `A master that is killed leaves nothing of its own on a server that it used`() async throws {
        try await withServe { address, environment in
            let mark = "34\(Int.random(in: 10_000...99_999)).5"
            let map = try ManagerProgram.start(
                ["map", "--address", address, "--jobs", "2", "--", "sh", "-c", "sleep \(mark)", ":::", "1", "2", "3"], environment: environment)
            try await waitUntil { Self.processes(with: mark) == 2 }
            kill(map.pid, SIGKILL)
            try await waitUntil { RunningProcesses.count { $0.contains(mark) } == 0 }
            #expect(await map.outcome().status == -SIGKILL)
            try await waitUntil {
                try await ManagerProgram.run(["info", "--address", address], environment: environment).lines.last == "objects: 0"
            }
        }
    }

    @Test func `A map whose server is killed ends at once, says so, and leaves nothing running`() async throws {
        let environment = ["MANAGER_AUTHKEY": "abc"]
        let server = try ManagerProgram.start(["serve", "--address", "127.0.0.1:0"], environment: environment)
        let address = try await server.listeningAddress()
        let mark = "35\(Int.random(in: 10_000...99_999)).5"
        let map = try ManagerProgram.start(
            ["map", "--address", String(address), "--jobs", "2", "--", "sh", "-c", "sleep \(mark)", ":::", "1", "2", "3"], environment: environment)
        try await waitUntil { Self.processes(with: mark) == 2 }
        server.kill()
        let ended = await map.outcome()
        #expect(ended.status == 2)
        #expect(ended.errorLines.last?.hasPrefix("manager: ") == true, "\(ended.errors)")
        #expect(RunningProcesses.count { $0.contains(mark) } == 0)
    }

    @Test func `Standard input is read no faster than it is used`() async throws {
        let lines = (0..<1_000_000).map(String.init).joined(separator: "\n")
        let map = try ManagerProgram.start(["map", "--jobs", "2", "--", "echo"], input: lines)
        for number in 0..<100 { #expect(await map.nextLine() == "\(number)") }
        let position = try String(contentsOfFile: "/proc/\(map.pid)/fdinfo/0", encoding: .utf8).firstMatch(of: /pos:\s+(\d+)/)
        // The part that is being handed out, and the next.
        #expect(try #require(position.flatMap { Int($0.1) }) <= 2 << 16)
        map.end()
        #expect(await map.outcome().status == 128 + SIGTERM)
    }

    /// How many `sleep` processes have this argument.
    private static func processes(with mark: String) -> Int {
        RunningProcesses.count { $0.hasPrefix("sleep\0\(mark)") }
    }

    @Test func `A run that takes too long is ended and told`() async throws {
        let ended = try await ManagerProgram.run(["map", "--timeout", "0.2", "--", "sleep", ":::", "0", "60"])
        #expect(ended.status == 1)
        #expect(ended.errors.contains("sleep: 60: not done within 0.2 s"))
    }

    @Test func `JSON has an object for each input`() async throws {
        let ended = try await ManagerProgram.run(["map", "--format", "json", "--", "printf", "%s", ":::", "a\"b"])
        #expect(ended.output.hasPrefix(#"{"input": "a\"b", "status": 0, "output": "a\"b", "error": "", "problem": null, "seconds": "#))
    }

    @Test func `A server that is there can be used`() async throws {
        try await withServe { address, environment in
            let ended = try await ManagerProgram.run(
                ["map", "--address", address, "--", "echo", ":::", "1", "2"], environment: environment)
            #expect(ended.output == "1\n2\n")
        }
    }
}
