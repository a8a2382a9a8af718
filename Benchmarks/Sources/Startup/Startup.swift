import Glibc
import Multiprocessing

/// How long it takes until a manager's server has given its first answer, and until a child process runs.
@main struct Startup: MultiprocessingProgram {
    static func run() async throws {
        let managers = try await median { start in
            let manager = Manager()
            try await manager.start()
            _ = try await manager.list([1]).count
            let elapsed = ContinuousClock.now - start
            await manager.shutdown()
            return elapsed
        }
        let children = try await median { start in
            let child = try ChildProcess(Nothing(), configuration: .init(standardOutput: .captured))
            try await child.start()
            var lines = try child.standardOutput.lines.makeAsyncIterator()
            _ = try await lines.next()
            let elapsed = ContinuousClock.now - start
            try await child.join()
            return elapsed
        }
        print("{\"manager_ms\": \(managers), \"child_ms\": \(children)}")
    }

    /// Milliseconds, of twenty measurements.
    private static func median(_ measure: (ContinuousClock.Instant) async throws -> Duration) async throws -> Double {
        var times: [Duration] = []
        for _ in 0..<20 { times.append(try await measure(.now)) }
        return times.sorted()[10] / .milliseconds(1)
    }
}

/// What the child runs.
struct Nothing: ProcessTarget {
    func run() async throws { _ = write(1, "here\n", 5) }
}
