import Glibc
import Multiprocessing
import Subprocess
import Synchronization
import SystemPackage

/// Runs the command for one input, in a process group of its own, so that all that it starts ends with it.
struct CommandRunner: Sendable {
    let command: CommandTemplate
    /// How long one run may take; `nil` for as long as it likes.
    let timeout: Duration?

    /// Bytes of output, and of errors, that one run may write.
    static let outputLimit = 256 << 20

    /// Runs the command.
    ///
    /// - Throws: `CancellationError`, when the command and what it started have been ended.
    func run(_ task: CommandTask) async throws -> CommandResult {
        let start = ContinuousClock.now
        var result = CommandResult(id: task.id, input: task.input)
        do {
            let run = try await limited { try await execute(task.inputBytes) }
            result.status = run.status
            result.output = run.output
            result.error = run.error
        } catch {
            try Task.checkCancellation()
            result.problem = problem(error)
        }
        result.seconds = start.duration(to: .now) / .seconds(1)
        return result
    }

    private struct Run: Sendable {
        let status: Int
        let output: [UInt8]
        let error: [UInt8]
    }

    private struct OutOfTime: Error {}

    private func limited(_ body: @escaping @Sendable () async throws -> Run) async throws -> Run {
        guard let timeout else { return try await body() }
        return try await withThrowingTaskGroup(of: Run.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw OutOfTime()
            }
            defer { group.cancelAll() }
            guard let run = try await group.next() else { throw CancellationError() }
            return run
        }
    }

    private func execute(_ input: [UInt8]) async throws -> Run {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .milliseconds(500))]
        let group = Mutex<pid_t?>(nil)
        // What the command leaves behind when it is ended ends, too.
        defer { if Task.isCancelled, let pid = group.withLock({ $0 }) { kill(-pid, SIGKILL) } }
        let program = command.program
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program),
            // The library takes bytes as C does, with a zero at their end.
            arguments: Arguments(command.arguments(for: input).map { $0 + [0] }), platformOptions: options, input: .none,
            output: .bytes(limit: Self.outputLimit), error: .bytes(limit: Self.outputLimit)
        ) { execution in
            group.withLock { $0 = execution.processIdentifier.value }
        }
        return Run(status: result.terminationStatus.number, output: result.standardOutput, error: result.standardError)
    }

    private func problem(_ error: any Error) -> String {
        switch error {
        case is OutOfTime: "not done within \(timeout.map { $0 / .seconds(1) } ?? 0) s"
        case let error as SubprocessError where error.code == .executableNotFound: "command not found: \(command.program)"
        case let error as SubprocessError where error.code == .outputLimitExceeded: "more output than \(Self.outputLimit >> 20) MiB"
        default: "\(error)"
        }
    }
}

extension TerminationStatus {
    /// As Python's `returncode`: the exit status, or −n for signal n.
    fileprivate var number: Int {
        switch self {
        case .exited(let code): Int(code)
        case .signaled(let signal): -Int(signal)
        }
    }
}
