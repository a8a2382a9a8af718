import ArgumentParser
import Multiprocessing

/// `manager map`
struct MapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Run a command over many inputs, several at a time.",
        discussion: """
            `{}` in the command stands for the input, which is added at the end where there is no {}. Inputs follow `:::`, or are the \
            lines of standard input. Outputs come out in the order of the inputs, whole. Worker processes take the inputs from a \
            queue of a manager's server: one that is started for the purpose, or the one at --address. An input whose worker dies is \
            run again by another, and counts as failed after --max-deliveries of them. Ends with status 1 when an input failed.

            Example: manager map -- sha256sum {} ::: *.swift
            Example: find . -name '*.log' | manager map --jobs 8 --retries 2 -- gzip -t
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @OptionGroup var work: WorkOptions

    @Option(help: ArgumentHelp("How often a failed input is tried again.", valueName: "N"))
    var retries = 0

    @Option(help: ArgumentHelp("How many workers an input may cost before it counts as failed.", valueName: "N"))
    var maxDeliveries = 5

    @Option(help: ArgumentHelp("Outputs as they are, or a JSON object for each input.", valueName: "text|json"))
    var format = Format.text

    @Option(help: ArgumentHelp("Use the server that is there instead of one of its own.", valueName: "HOST:PORT|unix:PATH"))
    var address: String?

    @OptionGroup var key: KeyOptions

    @OptionGroup var tls: TLSOptions

    @Argument(parsing: .postTerminator, help: ArgumentHelp("After --: the command, and the inputs behind :::.", valueName: "COMMAND [ARGUMENTS] ::: INPUT"))
    var command: [String] = []

    func validate() throws {
        if retries < 0 { throw ValidationError("--retries must not be negative.") }
        if maxDeliveries < 1 { throw ValidationError("--max-deliveries must be at least 1.") }
    }

    func run() async throws {
        let parts = command.split(separator: ":::", maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        let template = try CommandTemplate(parts.first ?? [])
        let inputs = parts.count > 1 ? MapInputs.given(parts[1]) : .standardInput
        let command = self
        let failures = try await Signals.endingOnRequest { try await command.map(template, inputs) }
        if failures > 0 { throw Failure("\(failures) \(failures == 1 ? "input" : "inputs") failed", status: 1) }
    }

    /// - Returns: how many inputs failed.
    private func map(_ template: CommandTemplate, _ inputs: MapInputs) async throws -> Int {
        let manager = try await manager()
        do {
            let tasks = try await manager.workQueue(of: PickleValue.self, maximumDeliveries: maxDeliveries)
            let worker = CommandWorker(
                tasks: QueueProxy(object: tasks.object), results: try await manager.queue(capacity: MapMaster.resultCapacity),
                command: template, timeout: work.timeout)
            let failures = try await run(worker, tasks, inputs)
            await manager.shutdown()
            return failures
        } catch {
            await manager.shutdown()
            throw error
        }
    }

    private func manager() async throws -> Manager {
        guard let address else {
            let manager = Manager(authkey: .random())
            try await manager.start()
            return manager
        }
        let manager = Manager(address: try ManagerAddress(parsing: address), authkey: try key.read(), configuration: ManagerConfiguration(tls: tls.client))
        try await manager.connect()
        guard try await manager.isSwift else {
            throw Failure("the server at \(address) is CPython's, which loses the input of a worker that dies; use manager serve")
        }
        return manager
    }

    /// Runs the master beside the workers, which end when the master is done.
    private func run(_ worker: CommandWorker, _ tasks: WorkQueueProxy<PickleValue>, _ inputs: MapInputs) async throws -> Int {
        let count = work.jobs ?? WorkOptions.processors
        let master = MapMaster(
            tasks: tasks, results: worker.results, workers: count, retries: retries,
            printer: MapPrinter(program: worker.command.program, format: format))
        let pool = WorkerPool(worker: worker, count: count) { try await master.noteDeath(of: $0, limit: 3 * count + 10) }
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask {
                try await pool.run()
                return nil
            }
            group.addTask { try await master.run(inputs) }
            defer { group.cancelAll() }
            while let failures = try await group.next() {
                guard let failures else { continue }
                group.cancelAll()
                // The pool was told to end; that it was cancelled is no failure.
                while await group.nextResult() != nil {}
                return failures
            }
            throw CancellationError()
        }
    }
}
