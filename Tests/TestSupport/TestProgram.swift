import Foundation
import Glibc
import Synchronization

/// A program that a test runs as a user would: its lines are read as they come, or all that it said at its end.
///
/// It is ended with its test: when the test's time is up, or when nothing refers to it any more.
public final class TestProgram: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
        public init(description: String) { self.description = description }
    }

    private let process: Process
    private let input = Pipe()
    private let output = PipeReader()
    private let errors = PipeReader()

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - environment: Variables beside those of the tests.
    ///   - input: Its whole standard input; `nil` when the test sends it line by line.
    public init(_ path: String, _ arguments: [String] = [], environment: [String: String] = [:], input: [UInt8]? = nil) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try input.map(Self.file) ?? self.input
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        try Self.starting.withLock { _ in try process.run() }
    }

    /// One program is started at a time: Foundation's `Process.run()` has crashed when several threads were in it.
    private static let starting = Mutex(())

    deinit { kill() }

    /// Runs a program to its end.
    public static func run(
        _ path: String, _ arguments: [String] = [], environment: [String: String] = [:], input: [UInt8] = []
    ) async throws -> Outcome {
        try await TestProgram(path, arguments, environment: environment, input: input).outcome()
    }

    public var pid: Int32 { process.processIdentifier }

    /// The next line of standard output; `nil` when there is none any more.
    public func nextLine() async -> String? {
        await untilCancelled { await self.output.line() }
    }

    /// Where a server listens, as the first line says that `manager serve` prints.
    ///
    /// - Throws: ``Failure`` when it says something else, or ends.
    public func listeningAddress() async throws -> String {
        guard let line = await nextLine() else { throw Failure(description: await outcome().errors) }
        let announcement = "listening on "
        guard line.hasPrefix(announcement) else { throw Failure(description: line) }
        return String(line.dropFirst(announcement.count))
    }

    /// Sends a line to its standard input.
    public func send(_ line: String) { input.fileHandleForWriting.write(Data("\(line)\n".utf8)) }

    /// Ends its standard input.
    public func closeInput() throws { try input.fileHandleForWriting.close() }

    /// Asks it to end, if it has not.
    public func end() {
        if process.isRunning { process.terminate() }
    }

    /// Ends it at once. A program may be started with SIGTERM blocked, as it is on the threads of the tests: asked to end, it would stay.
    public func kill() {
        if process.isRunning { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// Waits until every process that it started has closed its output, and for its own end.
    public func outcome() async -> Outcome {
        await untilCancelled {
            async let output = self.output.rest()
            async let errors = self.errors.rest()
            let said = await (output, errors)
            self.process.waitUntilExit()
            let status = self.process.terminationStatus
            return Outcome(status: self.process.terminationReason == .exit ? status : -status, bytes: said.0, errorBytes: said.1)
        }
    }

    private func untilCancelled<Result: Sendable>(_ wait: @Sendable () async -> Result) async -> Result {
        await withTaskCancellationHandler(operation: wait) { self.kill() }
    }

    /// A file with these bytes, which is gone once it is closed: with a file neither side waits for the other.
    private static func file(_ bytes: [UInt8]) throws -> FileHandle {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try FileHandle(forReadingFrom: file)
    }
}
