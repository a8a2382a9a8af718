import Synchronization

/// What became of the tasks of a `map`, until all have ended or one has failed.
final class PoolCollection: Sendable {
    private struct State {
        var outputs: [[UInt8]]
        var missing: Int
    }

    private let state: Mutex<State>
    private let result = OneShot<Result<[[UInt8]], any Error>>()

    init(count: Int) {
        state = Mutex(State(outputs: Array(repeating: [], count: count), missing: count))
        if count == 0 { result.set(.success([])) }
    }

    /// Waits for the pickled outputs, in the order of the tasks.
    ///
    /// - Throws: the error of the first task that failed; `CancellationError`.
    func outputs() async throws -> [[UInt8]] { try await result.value().get() }

    @Sendable
    func deliver(_ index: Int, _ end: PoolChunk.End) {
        do {
            let output = try end.output(of: index).get()
            let outputs: [[UInt8]]? = state.withLock { state in
                state.outputs[index] = output
                state.missing -= 1
                return state.missing == 0 ? state.outputs : nil
            }
            if let outputs { result.set(.success(outputs)) }
        } catch {
            result.set(.failure(error))
        }
    }
}

extension PoolChunk.End {
    /// The pickled output or the task's error.
    ///
    /// - Throws: ``ProcessError`` when the pool has ended before the task.
    func output(of index: Int) throws(ProcessError) -> Result<[UInt8], ProcessPool.TaskError> {
        switch self {
        case .reply(.output(let bytes)): .success(bytes)
        case .reply(.failure(let typeName, let text)):
            .failure(ProcessPool.TaskError(code: .failed, index: index, typeName: typeName, text: text))
        case .reply(.ready): throw ProcessError(.cannotStart, "a pool's worker has started twice")
        case .lost(let status):
            .failure(ProcessPool.TaskError(code: .workerLost, index: index, typeName: "ExitStatus", text: "\(status)"))
        case .abandoned(let error): throw error
        }
    }
}
