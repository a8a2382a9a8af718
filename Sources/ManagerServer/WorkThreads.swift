import DequeModule
import Glibc

/// The threads on which methods run that may take their time: one that blocks holds up nobody, for a call that finds no idle thread gets
/// a new one. CPython's server has a thread for each connection.
///
/// A thread that has had nothing to do for a while ends. With ``maximumCount`` calls at once, further ones wait for a thread.
final class WorkThreads: TaskExecutor {
    static let shared = WorkThreads()

    /// How many threads there may be.
    static let maximumCount = 512
    /// Seconds that a thread stays with nothing to do.
    private static let patience = 10

    private struct State {
        var jobs: Deque<UnownedJob> = []
        /// Threads that wait for a job, those included that have been woken for one and have not taken it yet.
        var idle = 0
        var count = 0
    }

    private let state = Monitor(State())

    private init() {}

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.jobs.count > state.idle, state.count < Self.maximumCount else { return false }
            state.count += 1
            return true
        }
        if needsThread { startThread() } else { state.signal() }
    }

    /// The system may have no thread left; then those that are there do the work.
    private func startThread() {
        let started = SystemThread.run { [self] in
            while let job = nextJob() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
        if !started { state.withLock { $0.count -= 1 } }
    }

    /// - Returns: `nil` when there has been none for so long that the thread is to end.
    private func nextJob() -> UnownedJob? {
        state.withLock { $0.idle += 1 }
        return state.wait(seconds: Self.patience) { state in
            guard let job = state.jobs.popFirst() else { return nil }
            state.idle -= 1
            return job
        } atTimeout: { state in
            state.idle -= 1
            state.count -= 1
        }
    }
}
