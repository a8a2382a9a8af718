import Foundation
import TestSupport
import Testing

/// The programs of `Examples/`, as a user would run them.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ExamplesTests {
    @Test func `A child process fills the shared dictionary and list`() async throws {
        let outcome = try await TestProgram.run(BuiltProduct.path("ExampleSharedObjects"))
        #expect(outcome.lines == ["{1: '1', '2': 2, 0.25: None}", "[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test func `A Swift worker serves a Swift master`() async throws {
        try await Self.expectResults(of: try Self.swiftMaster(), worker: Self.swiftWorker)
    }

    @Test(arguments: PythonInterpreter.all + PythonInterpreter.pypy)
    func `A Python worker serves a Swift master`(_ python: PythonInterpreter) async throws {
        try await Self.expectResults(of: try Self.swiftMaster()) { host, port in
            try TestProgram(python.path, [Self.script("worker.py"), host, port, "0"])
        }
    }

    @Test(arguments: PythonInterpreter.all + PythonInterpreter.pypy)
    func `A Swift worker serves a Python master`(_ python: PythonInterpreter) async throws {
        let master = try TestProgram(python.path, ["-u", Self.script("master.py"), "127.0.0.1", "0", "120"])
        try await Self.expectResults(of: master, worker: Self.swiftWorker)
    }

    @Test func `Python workers find eigenvalues for a Swift master with NumPy`() async throws {
        guard let python = await Self.pythonWithNumPy() else {
            print("NOT TESTED, for want of NumPy in any Python: NumPyPool")
            return
        }
        let master = try TestProgram("/usr/bin/env", ["stdbuf", "-oL", BuiltProduct.path("ExampleNumPyPool"), "127.0.0.1:0"])
        let port = String(try #require(await master.nextLine()?.split(separator: ":").last))
        let worked = try await TestProgram.run(python.path, [Self.example("NumPyPool/worker.py"), "127.0.0.1", port, "2"])
        let outcome = await master.outcome()
        #expect(outcome.lines.count { $0.hasPrefix("Result: ") && $0.hasSuffix("sum = trace") } == 20, "\(outcome)")
        #expect(outcome.lines.last == "master exit." && outcome.status == 0)
        let done = worked.lines.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
        #expect(done.count == 2 && done.reduce(0, +) == 20, "\(worked)")
    }

    @Test func `Log files are counted by a pool of workers, and one that cannot be read is told`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = (1...5).map { folder.appendingPathComponent("\($0).log").path }
        for (number, path) in zip(1..., paths.dropLast()) {
            try String(repeating: "INFO started\n\nERROR no disk\nWARN hot\n", count: number).write(toFile: path, atomically: true, encoding: .utf8)
        }
        let outcome = try await TestProgram.run(BuiltProduct.path("ExampleLogProcessor"), paths)
        let counted = zip(1..., paths.dropLast()).map { "\(4 * $0) lines, \($0) errors, \($0) warnings: \($1)" }
        let failures = outcome.lines.filter { $0.hasPrefix("failed: ") }
        #expect(failures.count == 1 && failures[0].contains("\(paths[4]) cannot be read"), "\(outcome)")
        #expect(Set(outcome.lines.dropLast()) == Set(counted + failures))
        #expect(outcome.lines.last == "40 lines, 10 errors, 10 warnings: 4 files" && outcome.status == 0)
    }

    private static func pythonWithNumPy() async -> PythonInterpreter? {
        for python in PythonInterpreter.python3.reversed() where (try? await python.run("import numpy")) != nil { return python }
        return nil
    }

    private static func swiftMaster() throws -> TestProgram {
        // Its lines are read while it runs, which a terminal's user sees, too; into a pipe they would come at its end.
        try TestProgram("/usr/bin/env", ["stdbuf", "-oL", BuiltProduct.path("ExampleTaskMaster"), "127.0.0.1:0", "120"])
    }

    private static func swiftWorker(_ host: String, _ port: String) throws -> TestProgram {
        try TestProgram(BuiltProduct.path("ExampleTaskWorker"), ["\(host):\(port)", "0"])
    }

    private static func script(_ name: String) -> String { example("Python/\(name)") }

    private static func example(_ path: String) -> String {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.appendingPathComponent("Examples/\(path)").path
    }

    /// Has a worker do a master's ten tasks, and both come to their end.
    private static func expectResults(
        of master: TestProgram, worker: (_ host: String, _ port: String) throws -> TestProgram
    ) async throws {
        let address = try #require(await master.nextLine()).split(separator: " ").last?.split(separator: ":").map(String.init) ?? []
        try #require(address.count == 2)
        // All tasks are there: a worker on a busy machine might otherwise find none and give up.
        while let line = await master.nextLine(), line != "Try get result..." {}
        let worked = try await worker(address[0], address[1]).outcome()
        let outcome = await master.outcome()
        let results = outcome.lines.filter { $0.hasPrefix("Result: ") }.map { $0.split { !$0.isNumber }.compactMap { Int($0) } }
        #expect(results.count == 10)
        for numbers in results { #expect(numbers.count == 3 && numbers[0] * numbers[1] == numbers[2]) }
        #expect(outcome.lines.last == "master exit.", "\(outcome.errors)")
        #expect(worked.lines.last == "worker exit.", "\(worked.errors)")
        #expect(worked.lines.count { $0.hasPrefix("run task") } == 10)
        #expect(outcome.status == 0 && worked.status == 0)
    }
}
