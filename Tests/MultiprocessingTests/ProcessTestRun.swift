import Foundation
import Synchronization
import Testing

/// A run of `ProcessTestProgram`, as a user would start it from a shell.
final class ProcessTestRun: Sendable {
    struct Outcome {
        /// The exit status, or -n when signal n ended it.
        var status: Int32
        var output: [String]
        var errors: [String]
    }

    private let process: Process
    private let input = Pipe()
    private let output = LineReader()
    private let errors = LineReader()

    /// - Parameter shell: Commands before the program, such as `trap '' HUP;`.
    init(_ scenario: String, shell: String? = nil, environment: [String: String] = [:]) throws {
        process = Process()
        let program = Self.folder.appending(path: "ProcessTestProgram").path
        process.executableURL = URL(filePath: shell == nil ? program : "/bin/sh")
        process.arguments = shell.map { ["-c", "\($0) exec '\(program)' \(scenario)"] } ?? [scenario]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        try process.run()
    }

    static func outcome(of scenario: String, shell: String? = nil, environment: [String: String] = [:]) async throws -> Outcome {
        try await ProcessTestRun(scenario, shell: shell, environment: environment).outcome()
    }

    var pid: Int32 { process.processIdentifier }

    /// The next line of standard output.
    func line() async -> String? { await output.line() }

    func type(_ line: String) { input.fileHandleForWriting.write(Data("\(line)\n".utf8)) }

    /// Waits until every process of the run has closed its output, and for the program's own end.
    func outcome() async -> Outcome {
        let lines = await output.rest()
        let errors = await errors.rest()
        process.waitUntilExit()
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Outcome(status: status, output: lines, errors: errors)
    }

    /// The build folder: that of the test bundle, which the arguments of SwiftPM's testing helper name.
    private static var folder: URL {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") } ?? CommandLine.arguments[0]
        let path = bundle[..<(bundle.range(of: ".xctest")?.upperBound ?? bundle.endIndex)]
        return URL(filePath: String(path)).deletingLastPathComponent()
    }
}

/// Reads a pipe line by line, off the threads that tasks share.
private final class LineReader: Sendable {
    let pipe = Pipe()
    private let queue = DispatchQueue(label: "lines")
    private let rest_ = Mutex(Data())

    func line() async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.read()) }
        }
    }

    func rest() async -> [String] {
        var lines: [String] = []
        while let line = await line() { lines.append(line) }
        return lines
    }

    private func read() -> String? {
        rest_.withLock { rest in
            while true {
                if let end = rest.firstIndex(of: 10) {
                    defer { rest = Data(rest[rest.index(after: end)...]) }
                    return String(decoding: rest[..<end], as: UTF8.self)
                }
                let data = pipe.fileHandleForReading.availableData
                if data.isEmpty { return nil }
                rest.append(data)
            }
        }
    }
}

/// Waits until the process has ended, whether or not its parent has asked for its status.
func waitForEnd(of pid: Int32) async throws {
    while isRunning(pid) { try await Task.sleep(for: .milliseconds(2)) }
}

func isRunning(_ pid: Int32) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return status.split(separator: ")").last?.hasPrefix(" Z") == false
}
