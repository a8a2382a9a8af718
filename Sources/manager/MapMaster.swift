import Multiprocessing

/// The master of `map`: hands out the inputs, gathers what became of them, and prints it in order.
actor MapMaster {
    private let tasks: QueueProxy<PickleValue>
    private let results: QueueProxy<PickleValue>
    private let program: String
    private let retries: Int
    private let format: MapCommand.Format

    /// Inputs that have been handed out and not come back, with how often they were tried.
    private var open: [Int: (input: [UInt8], attempts: Int)] = [:]
    /// What came back before its turn.
    private var early: [Int: Finished] = [:]
    private var handedOut = 0
    private var printed = 0
    private var allAreHandedOut = false
    private var failures = 0
    private var deathsInARow = 0
    private var progress = ProgressLine()

    private struct Finished {
        let result: CommandResult
        let attempts: Int
    }

    init(
        tasks: QueueProxy<PickleValue>, results: QueueProxy<PickleValue>, program: String, retries: Int, format: MapCommand.Format
    ) {
        self.tasks = tasks
        self.results = results
        self.program = program
        self.retries = retries
        self.format = format
    }

    /// Does all of it.
    ///
    /// - Returns: how many inputs failed.
    func run(_ inputs: MapInputs) async throws -> Int {
        async let handingOut: Void = handOut(inputs)
        async let ticking: Void = showProgress()
        try await gather()
        try await handingOut
        // Nothing is left to be gathered before the last input was handed out only when there were none.
        while printed < handedOut { try await gather() }
        _ = ticking
        progress.clear()
        return failures
    }
}
