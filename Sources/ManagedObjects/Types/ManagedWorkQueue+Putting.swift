import Pickle

/// What one call of `put` asks for.
struct WorkOrder: Sendable {
    let work: WorkItem
    /// How long the item is to be held back from when there is room for it, in seconds.
    let delay: Double
}

extension ManagedWorkQueue {
    /// How many items wait to be leased.
    var waitingCount: Int { ready.count + delayed.count }

    /// Dead letters count: they are kept until somebody takes them.
    private func checkLimits(_ added: [Fragment]) throws(PythonException) {
        let remark = dead.count > 0 ? ", its dead letters (\(dead.count)) included" : ""
        try limits.check(added, to: waitingCount + dead.count, ready.byteCount + delayed.byteCount + dead.byteCount, remark)
    }

    private var isFull: Bool { capacity.isReached(by: waitingCount) }

    /// `put(item, block=True, timeout=None, delay=0, priority=0, key=None)`
    ///
    /// - Returns: whether it was put: `False` when its key is taken.
    mutating func put(_ call: Call, _ now: Timestamp) throws(PythonException) -> Outcome {
        guard !isShutDown else { throw ManagedQueue.shutDown }
        let order = try WorkOrder(call)
        try checkLimits([order.work.item])
        // As in Python's queues, one without a bound does not look at the timeout.
        let deadline = try capacity.isBounded(call.python) ? call.deadline(block: 1, timeout: 2) : .doNotWait
        if keys.isTaken(order.work.key) || !isFull { return .bool(add(order, now)) }
        guard case .block(let until) = deadline else { throw ManagedQueue.full }
        putters.append(call.id, order)
        return .waits(until: until)
    }

    /// `put_many(items, delay=0, priority=0)`: all or none; where they do not fit at once, nothing is put.
    mutating func putMany(_ call: Call, _ now: Timestamp) throws(PythonException) -> Outcome {
        let items = try call[0].pythonElements()
        let (delay, priority) = (try call.optional(1)?.duration("delay") ?? 0, try call.optional(2)?.pythonIndex() ?? 0)
        guard !isShutDown else { throw ManagedQueue.shutDown }
        guard try !capacity.isBounded(call.python) || !capacity.isReached(by: waitingCount + items.count - 1) else { throw ManagedQueue.full }
        try checkLimits(items)
        for item in items { add(WorkOrder(work: WorkItem(item: item, priority: priority, key: nil), delay: delay), now) }
        return .none
    }

    /// - Returns: whether it was added: not when its key is taken.
    @discardableResult
    private mutating func add(_ order: WorkOrder, _ now: Timestamp) -> Bool {
        guard !keys.isTaken(order.work.key) else { return false }
        keys.take(order.work.key, at: now)
        place(order.work, after: order.delay, now)
        return true
    }

    /// Puts an item into line, or lets it wait for its moment.
    mutating func place(_ work: WorkItem, after delay: Double, _ now: Timestamp) {
        if delay > 0 { delayed.insert(work, until: now.advanced(bySeconds: delay)) } else { line(up: work) }
    }

    /// One that was in line before gets its old place.
    mutating func line(up work: WorkItem) {
        if work.place == 0 { ready.append(work) } else { ready.putBack(work) }
    }

    /// Serves the call that has waited longest for room, if there is any.
    ///
    /// - Returns: whether there was such a call, and room.
    mutating func admitPutter(_ effects: inout Effects) -> Bool {
        guard !isShutDown, !isFull, let (call, order) = putters.popFirst() else { return false }
        effects.answer(call, .bool(add(order, effects.now)))
        return true
    }
}

extension WorkOrder {
    fileprivate init(_ call: Call) throws(PythonException) {
        delay = try call.optional(3)?.duration("delay") ?? 0
        let priority = try call.optional(4)?.pythonIndex() ?? 0
        let key = call.optional(5) ?? .none
        work = WorkItem(item: call[0], priority: priority, key: key.isNone ? nil : try PickleKey(key, python: call.python))
    }
}

extension Fragment {
    /// A number of seconds; `nil` for `None`.
    ///
    /// - Throws: `TypeError` when it is no number, `ValueError` when it is negative.
    func duration(_ name: String) throws(PythonException) -> Double? {
        guard !isNone else { return nil }
        let value = try pythonValue()
        guard let seconds = Double(pythonNumber: value) else {
            throw .typeError("'\(name)' must be a number of seconds, not '\(value.pythonTypeTitle)'")
        }
        guard seconds >= 0 else { throw .valueError("'\(name)' must be a non-negative number") }
        return seconds
    }
}
