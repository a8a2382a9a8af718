import Foundation
import TestSupport

/// Runs of `ProcessTestProgram`, as a user would start it from a shell.
enum ProcessTestRun {
    /// - Parameter shell: Commands before the program, such as `trap '' HUP;`.
    static func start(_ scenario: String, shell: String? = nil, environment: [String: String] = [:]) throws -> TestProgram {
        let program = BuiltProduct.path("ProcessTestProgram")
        guard let shell else { return try TestProgram(program, [scenario], environment: environment) }
        return try TestProgram("/bin/sh", ["-c", "\(shell) exec '\(program)' \(scenario)"], environment: environment)
    }

    static func outcome(of scenario: String, shell: String? = nil, environment: [String: String] = [:]) async throws -> Outcome {
        try await start(scenario, shell: shell, environment: environment).outcome()
    }
}

/// Waits until the process has ended, whether or not its parent has asked for its status.
func waitForEnd(of pid: Int32) async throws {
    try await waitUntil { !isRunning(pid) }
}

func isRunning(_ pid: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return status.split(separator: ")").last?.hasPrefix(" Z") == false
}
