extension ProcessPool {
    /// Runs one task in a worker: Python's `apply`.
    ///
    /// - Returns: what the task returns.
    /// - Throws: ``TaskError`` when the task fails or its worker dies; ``ProcessError`` when it cannot be sent, or the pool has been closed;
    ///   `CancellationError` when this task is cancelled, which ends the work, too.
    public func apply<Item: PoolTask>(_ task: Item) async throws -> Item.Output {
        try await map(CollectionOfOne(task), chunkSize: 1)[0]
    }

    /// Runs the tasks in the workers: Python's `map`.
    ///
    /// - Parameters:
    ///   - tasks: what to run; all of them are encoded before the first begins. See `imap` for many or large ones.
    ///   - chunkSize: how many go to a worker at a time: more of them cost less, and are spread less evenly. `nil` for Python's choice: a
    ///     quarter of what each worker gets.
    /// - Returns: what the tasks return, in their order.
    /// - Throws: as `apply`: the first error of a task ends the others. See `outcomes(of:)` for the
    ///   outcome of each.
    public func map<Item: PoolTask>(_ tasks: some Collection<Item>, chunkSize: Int? = nil) async throws -> [Item.Output] {
        try Task.checkCancellation()
        let collection = PoolCollection(count: tasks.count)
        let call = try PoolCall(Item.self, PoolCallID(), deliver: collection.deliver)
        let chunkSize = try requirePositive(chunkSize ?? defaultChunkSize(for: tasks.count))
        do {
            try submit(call.chunks(of: chunkSize, try tasks.map { try EncodedTarget.fields(of: $0) }))
            return try await collection.outputs().enumerated().map { try Self.decode($1, at: $0) }
        } catch {
            cancel(call.id)
            throw error
        }
    }

    /// Python's `Pool._map_async`: four chunks for each worker.
    private func defaultChunkSize(for count: Int) -> Int {
        max((count + size * 4 - 1) / (size * 4), 1)
    }

    func requirePositive(_ chunkSize: Int) throws(ProcessError) -> Int {
        if chunkSize > 0 { return chunkSize }
        throw ProcessError(.invalidConfiguration, "a chunk must hold at least one task: chunkSize is \(chunkSize)")
    }

    /// Reads an output.
    static func decode<Output: Decodable>(_ bytes: [UInt8], at index: Int) throws(TaskError) -> Output {
        do {
            return try EncodedTarget.unpickle(Output.self, from: bytes)
        } catch {
            throw TaskError(code: .failed, index: index, typeName: String(describing: type(of: error)), text: String(describing: error))
        }
    }
}

/// One call: its tasks are of one type, and their ends go to one place.
struct PoolCall: Sendable {
    let id: PoolCallID
    let typeName: [UInt8]
    let deliver: @Sendable (Int, PoolChunk.End) -> Void

    /// - Throws: ``ProcessError`` (`unsendableTarget`) when a worker could not find the tasks' type by its name.
    init(_ type: (some PoolTask).Type, _ id: PoolCallID, deliver: @escaping @Sendable (Int, PoolChunk.End) -> Void) throws(ProcessError) {
        self.id = id
        typeName = Array(try EncodedTarget.name(of: type).utf8)
        self.deliver = deliver
    }

    /// - Parameter firstIndex: the place of the first of these tasks among all of the call.
    func chunks(of size: Int, _ tasks: [[UInt8]], firstIndex: Int = 0) -> [PoolChunk] {
        stride(from: 0, to: tasks.count, by: size).map { start in
            PoolChunk(
                call: id, typeName: typeName, tasks: tasks[start..<min(start + size, tasks.count)], firstIndex: firstIndex + start,
                deliver: deliver)
        }
    }
}
