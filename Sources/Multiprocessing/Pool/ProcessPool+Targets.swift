extension ProcessPool {
    /// Runs a target in a worker: a task that returns nothing.
    ///
    /// - Throws: as the same call with tasks that return something.
    public func apply(_ target: some ProcessTarget) async throws {
        _ = try await apply(TaskOfTarget(target: target))
    }

    /// Runs targets in the workers: tasks that return nothing.
    ///
    /// - Parameters:
    ///   - targets: what to run.
    ///   - chunkSize: how many go to a worker at a time; `nil` for Python's choice.
    /// - Throws: as the same call with tasks that return something: the first error of a target ends the others.
    public func map(_ targets: some Collection<some ProcessTarget>, chunkSize: Int? = nil) async throws {
        _ = try await map(targets.map { TaskOfTarget(target: $0) }, chunkSize: chunkSize)
    }
}

/// A target as a task, with the same fields. Not private: the worker finds it by its name.
struct TaskOfTarget<Target: ProcessTarget>: PoolTask {
    let target: Target

    init(target: Target) { self.target = target }

    init(from decoder: any Decoder) throws { target = try Target(from: decoder) }

    func encode(to encoder: any Encoder) throws { try target.encode(to: encoder) }

    func run() async throws -> Bool {
        try await target.run()
        return true
    }
}
