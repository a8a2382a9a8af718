extension PythonInterpreter {
    /// Runs a script to its end.
    ///
    /// - Returns: What it wrote to standard output and to standard error.
    /// - Throws: When it did not end with status 0, with its last words.
    public func run(
        _ script: String, _ arguments: [String] = [], environment: [String: String] = [:], input: [UInt8] = []
    ) async throws -> Outcome {
        let outcome = try await TestProgram.run(
            path, ["-c", script] + arguments, environment: Self.environment.merging(environment) { $1 }, input: input)
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
