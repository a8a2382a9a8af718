import CProcessSpawn
import Glibc
import Multiprocessing

/// Keeps worker processes running: one that dies is replaced, and what it had started is ended.
struct WorkerPool: Sendable {
    let worker: CommandWorker
    let count: Int
    /// Is told of each worker that ended, which nobody had asked it to; what it throws ends the pool.
    let note: @Sendable (ChildProcess) async throws -> Void

    /// Runs the workers until the task is cancelled; then they have ended, and what they had started, too.
    ///
    /// - Throws: what `note` throws; ``ProcessError`` when no process can be started.
    func run() async throws {
        Orphans.adopt()
        let (ends, ended) = AsyncStream.makeStream(of: ChildProcess.self)
        do {
            for _ in 0..<count { try await start(ended) }
            // One after the other, so that a process which is just being started is not taken for an orphan.
            for await process in ends {
                Orphans.end()
                try await note(process)
                try await start(ended)
            }
        } catch {
            await Self.endAll()
            throw error
        }
        await Self.endAll()
    }

    private func start(_ ended: AsyncStream<ChildProcess>.Continuation) async throws {
        let process = try ChildProcess(worker, prefix: "Worker", role: .daemon)
        try await process.start()
        Task {
            try await process.join()
            ended.yield(process)
        }
    }

    /// Ends the workers, each of which ends its command first.
    private static func endAll() async {
        let workers = ChildProcess.active.filter(\.isDaemon)
        for worker in workers { worker.terminate() }
        for worker in workers {
            await Task {
                if (try? await worker.join(timeout: .seconds(3))) != true { worker.kill() }
                try? await worker.join()
            }.value
        }
        Orphans.end()
    }
}

extension ChildProcess {
    /// Which process it was and how it ended.
    var obituary: String { "\(name) (process \(pid ?? 0)) \(exitStatus ?? .running)" }

    var wasKilled: Bool {
        if case .signaled = exitStatus { true } else { false }
    }
}

/// The processes that a worker which was killed leaves behind.
///
/// This process asks the system for them (`PR_SET_CHILD_SUBREAPER`): they then become its own children instead of going on unseen.
enum Orphans {
    /// From now on, orphans among this process's descendants become its children.
    static func adopt() {
        _ = process_spawn_adopt_orphans()
    }

    /// Ends the process groups of all children that this process has not started itself.
    static func end() {
        let own = Set(ChildProcess.active.compactMap(\.pid))
        for pid in children where !own.contains(pid) {
            kill(getpgid(pid) == pid ? -pid : pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// This process's children, whichever of its threads has them.
    private static var children: [pid_t] {
        let tasks = "/proc/self/task"
        guard let folder = opendir(tasks) else { return [] }
        defer { closedir(folder) }
        var children: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.first != "." { children += numbers(in: "\(tasks)/\(name)/children") }
        }
        return children
    }

    private static func numbers(in path: String) -> [pid_t] {
        guard let file = fopen(path, "re") else { return [] }
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
    }
}
