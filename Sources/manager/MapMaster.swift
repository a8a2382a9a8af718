import Multiprocessing

/// The master of `map`: hands out the inputs, gathers what became of them, and prints it in order.
///
/// Few inputs are on their way at any time, and results that must wait for their turn hold the handing out up, so that any number
/// of inputs can be mapped in bounded memory.
actor MapMaster {
    private let tasks: WorkQueueProxy<PickleValue>
    private let results: QueueProxy<PickleValue>
    private let retries: Int
    private let printer: MapPrinter
    /// Inputs that may be on their way.
    private let openLimit: Int

    /// Inputs that have been handed out and not come back, with how often they were tried.
    private var open: [Int: (input: [UInt8], attempts: Int)] = [:]
    private var early = EarlyResults()
    private var handedOut = 0
    private var total: Int?
    private var failures = 0
    private var deathsInARow = 0
    private var progress = ProgressLine()
    /// Says that something came back.
    private let returns = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter workers: how many there are.
    init(tasks: WorkQueueProxy<PickleValue>, results: QueueProxy<PickleValue>, workers: Int, retries: Int, printer: MapPrinter) {
        self.tasks = tasks
        self.results = results
        self.retries = retries
        self.printer = printer
        openLimit = 16 * workers
    }

    /// How many results may wait on the server for the master, which so holds up the workers of one whose output goes nowhere.
    static let resultCapacity = 64

    /// Does all of it.
    ///
    /// - Returns: how many inputs failed.
    func run(_ inputs: MapInputs) async throws -> Int {
        total = inputs.count
        defer { progress.clear() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.handOut(inputs) }
            group.addTask { try await self.gather() }
            group.addTask { try await self.gatherDeadLetters() }
            group.addTask { try await self.showProgress() }
            defer { group.cancelAll() }
            // Both the handing out and the gathering must be done; the others never are.
            try await group.next()
            try await group.next()
        }
        return failures
    }

    // MARK: Handing out

    private var isDone: Bool { early.next == total }

    private func handOut(_ inputs: MapInputs) async throws {
        try await inputs.forEachBatch { try await self.handOutAsRoomComes($0) }
        total = handedOut
        try await wakeGathering()
    }

    /// The gathering may wait for a result that does not come.
    private func wakeGathering() async throws { try await results.put(.none) }

    private func handOutAsRoomComes(_ inputs: [[UInt8]]) async throws {
        var rest = inputs[...]
        while !rest.isEmpty {
            try await waitForRoom()
            let next = rest.prefix(openLimit - open.count)
            rest.removeFirst(next.count)
            try await handOut(next)
        }
    }

    private func waitForRoom() async throws {
        var returned = returns.stream.makeAsyncIterator()
        while open.count >= openLimit || early.isFull {
            _ = await returned.next(isolation: self)
            try Task.checkCancellation()
        }
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
        while !isDone {
            for item in try await results.get(upTo: Self.resultCapacity) {
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
        finish(result, id)
    }

    /// Inputs that have cost so many workers their lives that no other is to get them.
    private func gatherDeadLetters() async throws {
        while true {
            for letter in try await tasks.waitForDeadLetters() {
                let task = CommandTask(letter.item)
                guard case .int(let id)? = task.id, open[id] != nil else { continue }
                let times = letter.deliveries == 1 ? "its worker" : "\(letter.deliveries) workers, one after the other,"
                finish(CommandResult(id: task.id, input: task.input, problem: "\(times) died while the command ran"), id)
            }
            try await wakeGathering()
        }
    }

    private func finish(_ result: CommandResult, _ id: Int) {
        deathsInARow = 0
        open[id] = nil
        if !result.isSuccess { failures += 1 }
        early.add(result, at: id)
        printWhatIsDue()
        returns.continuation.yield()
    }

    private func printWhatIsDue() {
        while let result = early.popNext() {
            progress.clear()
            printer.print(result)
        }
    }

    // MARK: Watching

    private func showProgress() async throws {
        while true {
            try await Task.sleep(for: .milliseconds(100))
            progress.show(done: handedOut - open.count, total: total, failures: failures)
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

/// Results that came before their turn to be printed.
struct EarlyResults {
    /// Whose turn it is.
    private(set) var next = 0
    private var waiting: [Int: CommandResult] = [:]
    private var bytes = 0

    private static let countLimit = 10_000
    private static let byteLimit = 64 << 20

    /// Whether so much waits that nothing more should be begun.
    var isFull: Bool { waiting.count >= Self.countLimit || bytes >= Self.byteLimit }

    mutating func add(_ result: CommandResult, at position: Int) {
        waiting[position] = result
        bytes += result.outputSize
    }

    /// The result whose turn it is, if it is there.
    mutating func popNext() -> CommandResult? {
        guard let result = waiting.removeValue(forKey: next) else { return nil }
        bytes -= result.outputSize
        next += 1
        return result
    }
}

extension CommandResult {
    fileprivate var outputSize: Int { output.count + error.count }
}
