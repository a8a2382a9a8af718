import Foundation

extension PythonInterpreter {
    /// Runs a script to its end.
    ///
    /// - Returns: What it wrote to standard output and to standard error.
    /// - Throws: When it did not end with status 0, with its last words.
    public func run(
        _ script: String, _ arguments: [String] = [], environment: [String: String] = [:], input: [UInt8] = []
    ) async throws -> Outcome {
        try succeeded(await TestProgram.run(
            path, ["-c", script] + arguments, environment: Self.environment.merging(environment) { $1 }, input: input))
    }

    /// Runs a script from a file of its own, which a spawned child of it can import.
    public func runFile(_ script: String, _ arguments: [String] = []) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("script-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("program.py")
        try Data(script.utf8).write(to: file)
        return try succeeded(await TestProgram.run(path, [file.path] + arguments, environment: Self.environment))
    }

    private func succeeded(_ outcome: Outcome) throws -> Outcome {
        guard outcome.status == 0 else {
            throw TestProgram.Failure(description: "\(self) ended with \(outcome.status): \(outcome.errors.suffix(4_000))")
        }
        return outcome
    }

    /// Starts a script whose lines are read while it runs.
    public func start(_ script: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws -> TestProgram {
        try TestProgram(path, ["-u", "-c", script] + arguments, environment: Self.environment.merging(environment) { $1 })
    }

    private static let environment = ["PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"]
}
