import Foundation
import TestSupport
import Testing

/// Runs the programs of `Tests/Conformance`, which compare our server with CPython's: a quick selection with the newest Python, or,
/// when `CONFORMANCE=all` is in the environment (`./test --all`), everything with every Python of this machine. Longer comparisons are
/// made by `Tests/Conformance/differential.py` itself, which takes any number of sequences.
@Suite(.serialized) struct ConformanceTests {
    static let isWhole = ProcessInfo.processInfo.environment["CONFORMANCE"] == "all"
    static let pythons = isWhole ? PythonInterpreter.all : PythonInterpreter.newest.map { [$0] } ?? []

    @Test(arguments: pythons)
    func `What passes of CPython's own tests on its server passes on ours`(python: PythonInterpreter) async throws {
        let methods = Self.isWhole ? [] : ["--method", "fork"]
        try await Self.run("cpython_tests.py", with: python, ["--manager", BuiltProduct.path("manager")] + methods)
    }

    @Test(arguments: pythons)
    func `Random calls are answered as CPython answers them`(python: PythonInterpreter) async throws {
        let sequences = if !Self.isWhole { 100 } else if python.version == PythonInterpreter.newest?.version { 2_000 } else { 300 }
        try await Self.run("differential.py", with: python, [
            "--manager", BuiltProduct.path("manager"), "--python", "\(python.major).\(python.minor)", "--sequences", "\(sequences)",
        ])
    }

    @Test(arguments: pythons)
    func `The comparison finds nothing between CPython and itself`(python: PythonInterpreter) async throws {
        try await Self.run("differential.py", with: python, ["--itself", "--sequences", Self.isWhole ? "200" : "50"])
    }

    private static func run(_ program: String, with python: PythonInterpreter, _ arguments: [String]) async throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let path = folder.appendingPathComponent("Conformance/\(program)").path
        let outcome = try await TestProgram.run(python.path, [path] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"])
        let said = (outcome.output + outcome.errors).suffix(8_000)
        #expect(outcome.status == 0, "\(python): \(said)")
        if isWhole { print("\(python), \(program): \(outcome.output.suffix(2_000))") }
    }
}
