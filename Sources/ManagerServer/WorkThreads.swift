import DequeModule
import Glibc

/// The threads on which methods run that may take their time: one that blocks holds up nobody, for a call that finds no idle thread gets
/// a new one. CPython's server has a thread for each connection.
///
/// A thread that has had nothing to do for 10 seconds ends. With 512 calls at once, further ones wait for a thread.
final class WorkThreads: TaskExecutor {
    static let shared = WorkThreads()

    /// How many threads there may be.
    private let maximumCount: Int
    /// Seconds that a thread stays with nothing to do.
    private let patience: Int

    private struct State {
        var jobs: Deque<UnownedJob> = []
        /// Threads that wait for a job, those included that are starting, or that have been woken for one and have not taken it yet.
        var idle = 0
        var count = 0

        /// A thread that waited for a job ends.
        mutating func endIdle() {
            idle -= 1
            count -= 1
        }
    }

    private let state = Monitor(State())

    init(maximumCount: Int = 512, patience: Int = 10) {
        self.maximumCount = maximumCount
        self.patience = patience
    }

    /// How many threads there are.
    var count: Int { state.withLock { $0.count } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            guard state.jobs.count > state.idle, state.count < maximumCount else { return false }
            state.count += 1
            state.idle += 1
            return true
        }
        if needsThread { startThread() } else { state.signal() }
    }

    /// The system may have no thread left; then those that are there do the work.
    private func startThread() {
        let started = SystemThread.run { [self] in
            while let job = nextJob() {
                job.runSynchronously(on: asUnownedTaskExecutor())
                state.withLock { $0.idle += 1 }
            }
        }
        if !started { state.withLock { $0.endIdle() } }
    }

    /// - Returns: `nil` when there has been none for so long that the thread is to end.
    private func nextJob() -> UnownedJob? {
        state.wait(seconds: patience) { state in
            guard let job = state.jobs.popFirst() else { return nil }
            state.idle -= 1
            return job
        } atTimeout: { $0.endIdle() }
    }
}
