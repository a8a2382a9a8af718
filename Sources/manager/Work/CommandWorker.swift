import Glibc
import Multiprocessing

/// A worker process: takes inputs from one queue, runs the command, and puts what became of it into another.
///
/// An input is on lease while its command runs: when the worker dies, it goes back to the queue and another worker gets it.
struct CommandWorker: ProcessTarget {
    let tasks: QueueProxy<PickleValue>
    let results: QueueProxy<PickleValue>
    let command: CommandTemplate
    /// Seconds that one run may take.
    let timeout: Double?

    func run() async throws {
        // Where the master was killed, nobody else ends what a command has sent to the background.
        Orphans.adopt()
        defer { Orphans.end() }
        do {
            try await Signals.endingOnRequest { try await work() }
        } catch let failure as Failure {
            Orphans.end()
            exit(failure.status)
        }
    }

    private func work() async throws {
        let runner = CommandRunner(command: command, timeout: timeout.map { .seconds($0) })
        let hasLeases = try await tasks.hasLeases
        while !Task.isCancelled {
            if hasLeases {
                try await tasks.withLease { try await perform($0, runner) }
            } else {
                // CPython's server has no leases: what a worker has taken dies with it there.
                try await perform(tasks.get(), runner)
            }
        }
    }

    private func perform(_ item: PickleValue, _ runner: CommandRunner) async throws {
        try await results.put(runner.run(CommandTask(item)).item)
    }
}
