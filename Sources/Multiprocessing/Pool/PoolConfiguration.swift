extension ProcessPool {
    /// How a pool treats its workers.
    public struct Configuration: Sendable {
        /// What becomes of a task whose worker dies.
        public var onWorkerLoss: WorkerLossPolicy
        /// How many tasks a worker runs before a new process takes its place; `nil` for no bound. It is Python's `maxtasksperchild`, but counts
        /// tasks where Python counts chunks.
        public var maximumTasksPerWorker: Int?
        /// What runs in each worker before its first task: Python's `initializer` with its `initargs`. An error of it ends the pool.
        public var initializer: (any ProcessTarget)?
        /// The workers' standard streams, environment and folder. Streams cannot be captured.
        public var process: ChildProcess.Configuration

        /// A configuration; the defaults are those of Python's `Pool`, except that a lost task is an error instead of a wait without end.
        public init(
            onWorkerLoss: WorkerLossPolicy = .report, maximumTasksPerWorker: Int? = nil, initializer: (any ProcessTarget)? = nil,
            process: ChildProcess.Configuration = ChildProcess.Configuration()
        ) {
            self.onWorkerLoss = onWorkerLoss
            self.maximumTasksPerWorker = maximumTasksPerWorker
            self.initializer = initializer
            self.process = process
        }
    }

    /// What becomes of a task whose worker process dies while it runs. The worker is replaced in any case.
    public struct WorkerLossPolicy: Sendable, Hashable {
        /// How often a task is run again.
        let retries: Int

        /// The task fails with a ``TaskError`` (`workerLost`): no task runs twice.
        public static let report = WorkerLossPolicy(retries: 0)

        /// The task is run again, for tasks that may run twice.
        ///
        /// - Parameter count: how often, at most; then it fails as with ``report``.
        public static func retry(upTo count: Int) -> WorkerLossPolicy { WorkerLossPolicy(retries: count) }
    }
}

extension ProcessPool.Configuration {
    /// - Throws: ``ProcessError`` (`invalidConfiguration`).
    func validate(size: Int) throws(ProcessError) {
        try require(size > 0, "a pool needs at least one worker, not \(size)")
        let maximum = maximumTasksPerWorker ?? .max
        try require(maximum > 0, "a worker must run at least one task: maximumTasksPerWorker is \(maximum)")
        try require(onWorkerLoss.retries >= 0, "a lost task cannot be run again \(onWorkerLoss.retries) times")
        try require(
            process.standardOutput != .captured && process.standardError != .captured,
            "nobody would read the captured output of a pool's workers: inherit it or send it to a file")
    }

    private func require(_ condition: Bool, _ message: String) throws(ProcessError) {
        if !condition { throw ProcessError(.invalidConfiguration, message) }
    }
}
