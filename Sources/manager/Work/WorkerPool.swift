import Glibc
import Multiprocessing

/// Keeps worker processes running: one that dies is replaced, and what it had started is ended.
struct WorkerPool: Sendable {
    let worker: CommandWorker
    let count: Int
    /// Is told, for each worker that died, its name and how it ended.
    let note: @Sendable (String) async throws -> Void

    /// Runs the workers until the task is cancelled; then they have ended, and what they had started, too.
    ///
    /// - Throws: what `note` throws; ``ProcessError`` when no process can be started.
    func run() async throws {
        Orphans.adopt()
        try await withThrowingTaskGroup { group in
            for _ in 0..<count { group.addTask { try await keepOneRunning() } }
            try await group.waitForAll()
        }
    }

    private func keepOneRunning() async throws {
        while !Task.isCancelled {
            let process = try ChildProcess(worker, prefix: "Worker", role: .daemon)
            try await process.start()
            try await withTaskCancellationHandler {
                try await Task { try await process.join() }.value
            } onCancel: {
                process.terminate()
            }
            Orphans.end()
            guard !Task.isCancelled, let status = process.exitStatus else { return }
            try await note("\(process.name) (process \(process.pid ?? 0)) \(status)")
        }
    }
}

/// The processes that a worker which was killed leaves behind.
///
/// This process asks the system for them (`PR_SET_CHILD_SUBREAPER`): they then become its own children instead of going on unseen.
enum Orphans {
    /// From now on, orphans among this process's descendants become its children.
    static func adopt() {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    }

    /// Ends the process groups of all children that this process has not started itself.
    static func end() {
        let own = Set(ChildProcess.active.compactMap(\.pid))
        for pid in children where !own.contains(pid) {
            kill(getpgid(pid) == pid ? -pid : pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }
}
