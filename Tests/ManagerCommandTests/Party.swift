import TestSupport

/// A program that is started again whenever it ends, as a supervisor would, until it ends in order or is wanted no more.
actor Party {
    /// By which it signs what it does.
    nonisolated let name: String
    private let start: @Sendable () throws -> TestProgram
    private var program: TestProgram?
    private var isWanted = true
    /// What it complained of at each end that was not in order.
    private(set) var lastWords: [String] = []
    /// Whether it has ended in order.
    private(set) var isDone = false

    init(_ name: String, _ start: @escaping @Sendable () throws -> TestProgram) {
        self.name = name
        self.start = start
    }

    /// Runs it for as long as it is wanted.
    func keepRunning() async throws {
        while isWanted, !Task.isCancelled {
            let program = try start()
            self.program = program
            let outcome = await program.outcome()
            guard outcome.status != 0 else { return isDone = true }
            if isWanted { lastWords.append(outcome.errors) }
        }
    }

    /// Kills it, and waits until it has ended.
    func kill() async throws {
        let before = lastWords.count
        program?.kill()
        try await waitForEnd(after: before)
    }

    /// Waits until it has ended once more than so many times.
    func waitForEnd(after ends: Int) async throws {
        try await waitUntil { lastWords.count > ends }
    }

    /// Ends it for good.
    func dismiss() {
        isWanted = false
        program?.kill()
    }
}
