import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProcessInheritanceTests {
    @Test func `the standard streams are those of the parent`() async throws {
        let run = try ProcessTestRun.start("echo")
        run.send("naïve")
        let outcome = await run.outcome()
        #expect(outcome.lines == ["out: naïve"])
        #expect(outcome.errorLines == ["err: naïve"])
    }

    @Test func `no descriptor, ignored or blocked signal and no marker is handed down`() async throws {
        let output = try await ProcessTestRun.outcome(of: "inheritance").lines
        let open = try #require(output.first { $0.hasPrefix("open:") })
        // The parent has one of number 500, and more than ten others; what the child has beyond the link, its own runtime has opened.
        let numbers = try #require(output.first { $0.hasPrefix("numbers: [0, 1, 2, 3") })
        #expect(numbers.split(separator: ",").count < 10)
        #expect(!open.contains("/dev/null"))
        #expect(open.components(separatedBy: "socket:").count == 2)
        #expect(open.components(separatedBy: "pipe:").count == 4)
        #expect(output.contains("SigBlk:\t0000000000000000"))
        #expect(try ignored(output).isEmpty)
        #expect(output.contains("marker none"))
        // The command sees neither a marker nor the link: its three streams and the folder it lists are all it has.
        #expect(output.suffix(2) == ["command: 0", "command: 4"])
    }

    @Test func `a signal that the program was started to ignore is ignored by its children`() async throws {
        let output = try await ProcessTestRun.outcome(of: "plain-inheritance", shell: "trap '' HUP;").lines
        #expect(try ignored(output) == [SIGHUP])
    }

    private static let writesCoresHere: Bool = {
        let pattern = (try? String(contentsOfFile: "/proc/sys/kernel/core_pattern", encoding: .utf8)) ?? ""
        if pattern.hasPrefix("core") { return true }
        print("NOT TESTED, since cores are not written to the working folder: whether a child's memory is dumped")
        return false
    }()

    @Test(.enabled(if: writesCoresHere), arguments: [("crash", 0), ("crash-with-core", 1)])
    func `a child's memory, which has the key in it, is dumped only if that was asked for`(_ scenario: String, _ cores: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("core-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let outcome = try await ProcessTestRun.outcome(of: scenario, shell: "cd '\(folder)'; ulimit -c unlimited;")
        #expect(outcome.output == "ended by signal 24\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count { $0.hasPrefix("core") } == cores)
    }

    @Test func `a child starts within a fraction of a second`() async throws {
        let microseconds = try await ProcessTestRun.outcome(of: "latency").lines.compactMap { Int($0) }.sorted()
        try #require(microseconds.count == 20)
        print("from start() to the child's first line: median \(microseconds[10]) µs, fastest \(microseconds[0]) µs")
        #expect(microseconds[0] < 200_000)
    }

    /// The ignored signals of a `/proc/PID/status`, without those that the C library keeps for itself.
    private func ignored(_ output: [String]) throws -> Set<Int32> {
        let line = try #require(output.first { $0.hasPrefix("SigIgn:") })
        let mask = try #require(UInt64(line.dropFirst("SigIgn:\t".count), radix: 16))
        // What shells and `timeout` make a job ignore, as these tests may be run, is not of our doing, nor what NIO makes the tests ignore.
        return Set((1..<32).filter { mask >> UInt64($0 - 1) & 1 == 1 }).subtracting([SIGINT, SIGQUIT, SIGTTIN, SIGTTOU, SIGPIPE])
    }
}
