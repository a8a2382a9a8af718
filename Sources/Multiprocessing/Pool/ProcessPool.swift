import NIOCore
import Synchronization

/// Processes that run tasks: Python's `multiprocessing.Pool`.
///
/// ```swift
/// struct Square: PoolTask {
///     let number: Int
///     func run() async throws -> Int { number * number }
/// }
///
/// try await withProcessPool(size: 4) { pool in
///     let squares = try await pool.map((1...100).map { Square(number: $0) })
///     for try await square in pool.imap((1...1_000_000).lazy.map { Square(number: $0) }) { print(square) }
/// }
/// ```
///
/// A worker is a daemon ``ChildProcess``: this program started again, which must therefore be a ``MultiprocessingProgram``. Workers end with
/// the scope and with this process, `kill -9` included, and what their tasks have started ends with them. A worker that dies is replaced;
/// whether its task is run again is the pool's ``Configuration/onWorkerLoss``. Any number of tasks may use a pool at once.
///
/// When the task that waits for a call is cancelled, or one of the call's tasks fails, the call's other tasks are taken back; workers that are
/// at work on them are killed and replaced.
public final class ProcessPool: Sendable {
    /// How many workers there are.
    public let size: Int

    private let configuration: Configuration
    private let initializer: EncodedTarget?
    private let state: Mutex<PoolState>
    private let lastWorker = Atomic(0)
    private let finished = OneShot<Void>()

    /// As many workers as there are processors for this process.
    public static var defaultSize: Int { System.coreCount }

    static let isClosed = ProcessError(
        .poolIsClosed, "this pool has been closed: use it inside the body of withProcessPool only, and await its calls there")
    private static let isTerminated = ProcessError(
        .poolIsClosed, "the pool was ended before the task, because the body of withProcessPool has thrown an error or was cancelled")

    init(size: Int, _ configuration: Configuration) throws(ProcessError) {
        try configuration.validate(size: size)
        self.size = size
        self.configuration = configuration
        initializer = try Self.encode(configuration.initializer)
        state = Mutex(PoolState(configuration))
    }

    private static func encode(_ initializer: (any ProcessTarget)?) throws(ProcessError) -> EncodedTarget? {
        guard let initializer else { return nil }
        return try EncodedTarget(initializer)
    }
}

// MARK: - From start to end

extension ProcessPool {
    /// Starts the workers, and waits until all are ready.
    func start() async throws {
        do {
            try await withThrowingTaskGroup { group in
                for _ in 0..<size { group.addTask { try await self.startWorker() } }
                try await group.waitForAll()
            }
        } catch {
            await terminate()
            throw error
        }
    }

    /// Takes no more calls, and waits until those that there are and the workers have ended.
    func close() async {
        perform(state.withLock { $0.close() })
        do { try await finished.value() } catch { await terminate() }
    }

    /// Kills the workers, and waits until they have ended. Calls in flight throw.
    func terminate() async {
        terminate(Self.isTerminated)
        await Task { [finished] in try? await finished.value() }.value
    }

    private func terminate(_ error: ProcessError) { perform(state.withLock { $0.terminate(error) }) }

    private func startWorker() async throws {
        let id = lastWorker.add(1, ordering: .relaxed).newValue
        let process = try ChildProcess(
            PoolWorker(initializer: initializer), prefix: "PoolWorker", role: .worker, configuration: configuration.process
        ) { event in
            switch event {
            case .reported(let bytes): if let reply = PoolReply(bytes) { self.perform(self.state.withLock { $0.note(reply, id) }) }
            case .ended(let status): self.perform(self.state.withLock { $0.noteEnd(status, id) })
            }
        }
        guard state.withLock({ $0.enlist(process, id) }) else { return }
        do {
            try await process.start()
            // Whoever ended the pool meanwhile has not found this process.
            if !state.withLock({ $0.isWanted(id) }) { process.kill() }
            _ = try await process.firstReport()
        } catch {
            await process.killAndJoin()
            perform(state.withLock { $0.noteEnd(.lost, id) })
            throw error
        }
    }

    /// How often a worker is started in place of one that was killed before it was ready.
    private static let maximumStarts = 100

    private func replaceWorker() {
        Task {
            for start in 1...Self.maximumStarts {
                do {
                    return try await startWorker()
                } catch let error as ProcessError where error.code == .noReport && start < Self.maximumStarts {
                    continue
                } catch {
                    terminate(ProcessError(.cannotStart, "the pool has ended, because a worker could not be replaced: \(error)"))
                }
            }
        }
    }
}

// MARK: - Calls

extension ProcessPool {
    func submit(_ chunks: [PoolChunk]) throws(ProcessError) {
        perform(try state.withLock { state throws(ProcessError) in try state.submit(chunks) })
    }

    func cancel(_ call: PoolCallID) { perform(state.withLock { $0.cancel(call) }) }

    private func perform(_ actions: [PoolState.Action]) {
        for action in actions {
            switch action {
            case .send(let process, let message): process.send(message)
            case .kill(let process): process.kill()
            case .start: replaceWorker()
            case .end(let chunk, let end): chunk.end(end)
            case .abandon(let chunk, let error): chunk.endAll(.abandoned(error))
            case .finish: finished.set(())
            }
        }
    }
}
