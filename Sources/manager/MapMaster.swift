import Multiprocessing

/// The master of `map`: hands out the inputs, gathers what became of them, and prints it in order.
actor MapMaster {
    private let tasks: QueueProxy<PickleValue>
    private let results: QueueProxy<PickleValue>
    private let retries: Int
    private let printer: MapPrinter

    /// Inputs that have been handed out and not come back, with how often they were tried.
    private var open: [Int: (input: [UInt8], attempts: Int)] = [:]
    /// What came back before its turn.
    private var early: [Int: CommandResult] = [:]
    private var handedOut = 0
    private var printed = 0
    private var allAreHandedOut = false
    private var failures = 0
    private var deathsInARow = 0
    private var progress = ProgressLine()

    init(tasks: QueueProxy<PickleValue>, results: QueueProxy<PickleValue>, retries: Int, printer: MapPrinter) {
        self.tasks = tasks
        self.results = results
        self.retries = retries
        self.printer = printer
    }

    /// Does all of it.
    ///
    /// - Returns: how many inputs failed.
    func run(_ inputs: MapInputs) async throws -> Int {
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.handOut(inputs) }
            group.addTask { try await self.gather() }
            group.addTask { try await self.showProgress() }
            defer { group.cancelAll() }
            // Both the handing out and the gathering must be done; the progress line never is.
            try await group.next()
            try await group.next()
        }
        progress.clear()
        return failures
    }

    // MARK: Handing out

    private static let batch = 1_000

    private func handOut(_ inputs: MapInputs) async throws {
        for await batch in inputs.batches {
            for start in stride(from: 0, to: batch.count, by: Self.batch) {
                try await handOut(batch[start..<min(start + Self.batch, batch.count)])
            }
        }
        try Task.checkCancellation()
        allAreHandedOut = true
        // Wakes the gathering, which may wait for a result that does not come.
        try await results.put(.none)
    }

    private func handOut(_ inputs: ArraySlice<[UInt8]>) async throws {
        var items: [PickleValue] = []
        for input in inputs {
            open[handedOut] = (input, 1)
            items.append(CommandTask.item(id: handedOut, input: input))
            handedOut += 1
        }
        try await tasks.put(contentsOf: items)
    }

    // MARK: Gathering

    private func gather() async throws {
        while !allAreHandedOut || printed < handedOut {
            for item in try await results.get(upTo: Self.batch) {
                if let result = CommandResult(item) { try await take(result) }
            }
        }
    }

    /// A result that came before, from a worker that died between putting it and saying so, is passed over.
    private func take(_ result: CommandResult) async throws {
        guard case .int(let id)? = result.id, let (input, attempts) = open[id] else { return }
        deathsInARow = 0
        guard result.isSuccess || attempts > retries else {
            open[id] = (input, attempts + 1)
            try await tasks.put(CommandTask.item(id: id, input: input))
            return
        }
        open[id] = nil
        if !result.isSuccess { failures += 1 }
        early[id] = result
        printWhatIsDue()
    }

    private func printWhatIsDue() {
        while let result = early.removeValue(forKey: printed) {
            progress.clear()
            printer.print(result)
            printed += 1
        }
    }

    // MARK: Watching

    private func showProgress() async throws {
        while true {
            try await Task.sleep(for: .milliseconds(100))
            progress.show(
                done: handedOut - open.count, total: handedOut, totalIsKnown: allAreHandedOut, failures: failures)
        }
    }

    /// A worker died. When one after the other does and nothing gets done, an input must be what kills them.
    func noteDeath(of worker: ChildProcess, limit: Int) throws {
        deathsInARow += 1
        progress.clear()
        guard deathsInARow < limit else {
            throw Failure("\(worker.obituary), and \(limit) in a row before it, while nothing got done", status: 1)
        }
        StandardStreams.error("manager: \(worker.obituary); its input goes to another\n")
    }
}
