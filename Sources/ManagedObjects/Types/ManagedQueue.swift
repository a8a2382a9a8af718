public import Pickle

/// `queue.Queue`, `queue.LifoQueue` and `queue.PriorityQueue`: items that come out in an order of the queue's, and work that can be joined.
///
/// Beside Python's methods it leases: an item that is leased comes back to the front when its holder's session ends before
/// it was acknowledged, so no item dies with its worker.
public struct ManagedQueue: ManagedObject {
    /// What a getter waits for.
    private enum Wish: Sendable {
        case item
        case items(upTo: Int)
        case lease
    }

    private var items: QueueItems
    private let capacity: QueueCapacity
    private var unfinished = 0
    private var getters = Waiters<Wish>()
    private var putters = Waiters<Putting>()
    private var joiners = Waiters<Void>()
    private var leases = LeaseTable<Fragment>()
    /// What was taken and not said to be done, where that is delivered again.
    private var taken = LeaseTable<Fragment>()
    private let redelivers: Bool
    private var isShutDown = false

    private struct Putting: Sendable {
        let item: Fragment
        let python: PythonVersion
    }

    /// - Parameters:
    ///   - capacity: how many items may wait; 0 or less for no bound.
    ///   - order: in which order items come out.
    ///   - redelivers: whether what a session took by `get` comes back to the front when the session ends, unless it has called `task_done` for it.
    ///     A `task_done` stands for the item that its own session took first. What is taken by `get_many` is taken for good.
    ///   - limits: beyond which nothing can be put.
    public init(capacity: Int = 0, order: QueueOrder = .fifo, redelivers: Bool = false, limits: QueueLimits = QueueLimits()) {
        self.init(QueueCapacity(.int(capacity)), order, redelivers, limits)
    }

    private init(_ capacity: QueueCapacity, _ order: QueueOrder, _ redelivers: Bool, _ limits: QueueLimits) {
        self.capacity = capacity
        self.redelivers = redelivers
        items = QueueItems(order, limits)
    }

    public init(_ arguments: Arguments) throws(PythonException) {
        try self.init(arguments, order: .fifo)
    }

    /// - Parameters:
    ///   - arguments: those of the Python constructor.
    ///   - order: in which order items come out.
    ///   - redelivers: as in ``init(capacity:order:redelivers:limits:)``.
    ///   - limits: beyond which nothing can be put.
    /// - Throws: what the Python constructor would raise.
    public init(
        _ arguments: Arguments, order: QueueOrder, redelivers: Bool = false, limits: QueueLimits = QueueLimits()
    ) throws(PythonException) {
        let maxsize = try Signature.python("Queue.__init__", optional: ["maxsize"]).bind(arguments).first ?? nil
        self.init(QueueCapacity(try maxsize?.pythonValue() ?? 0), order, redelivers, limits)
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public var partCount: Int { items.count }

    public static let methods = MethodTable<ManagedQueue>(allMethods(getsHold: false))
    private static let redeliveringMethods = MethodTable<ManagedQueue>(allMethods(getsHold: true))
    public var methods: MethodTable<ManagedQueue> { redelivers ? Self.redeliveringMethods : Self.methods }

    /// - Parameter getsHold: whether a session holds what it got.
    @MethodTableBuilder<ManagedQueue>
    private static func allMethods(getsHold: Bool) -> [Method<ManagedQueue>] {
        Method("Queue.empty") { queue, _, _ in .bool(queue.items.isEmpty) }
        Method("Queue.full") { (queue, call, _) throws(PythonException) in .bool(try queue.capacity.isFull(queue.items.count, call.python)) }
        Method("Queue.qsize") { queue, _, _ in .int(queue.items.count) }
        Method("Queue.put", ["item"], optional: ["block", "timeout"]) { (queue, call, effects) throws(PythonException) in try queue.put(call, &effects) }
        Method("Queue.put_nowait", ["item"]) { (queue, call, effects) throws(PythonException) in try queue.putNoWait(call, &effects) }
        Method("Queue.get", optional: ["block", "timeout"], holds: getsHold) { (queue, call, effects) throws(PythonException) in
            try queue.get(.item, call, from: 0, &effects)
        }
        Method("Queue.get_nowait", holds: getsHold) { (queue, call, effects) throws(PythonException) in
            guard !queue.items.isEmpty else { throw queue.isShutDown ? ManagedQueue.shutDown : ManagedQueue.empty }
            return .value(queue.take(.item, for: call.id, &effects).value)
        }
        Method("Queue.task_done") { (queue, call, effects) throws(PythonException) in
            _ = queue.taken.endOldest(of: call.id.session)
            return try queue.taskDone(&effects)
        }
        Method("Queue.join") { queue, call, _ in queue.join(call) }
        Method("Queue.shutdown", optional: ["immediate"]) { (queue, call, effects) throws(PythonException) in
            queue.shutDown(immediately: try call.truth(0, default: false), &effects)
            return .none
        }
        Method("Queue.put_many", ["items"], optional: ["block", "timeout"]) { (queue, call, effects) throws(PythonException) in
            try queue.putMany(call, &effects)
        }
        Method("Queue.get_many", ["count"], optional: ["block", "timeout"]) { (queue, call, effects) throws(PythonException) in
            try queue.get(.items(upTo: max(call.int(0), 1)), call, from: 1, &effects)
        }
        Method("Queue.lease", optional: ["block", "timeout"], holds: true) { (queue, call, effects) throws(PythonException) in
            try queue.get(.lease, call, from: 0, &effects)
        }
        Method("Queue.ack", ["receipt"]) { (queue, call, effects) throws(PythonException) in try queue.acknowledge(call, &effects) }
        Method("Queue.nack", ["receipt"]) { (queue, call, effects) throws(PythonException) in try queue.giveBack(call, &effects) }
    }

    static let empty = PythonException(module: "queue", name: "Empty")
    static let full = PythonException(module: "queue", name: "Full")
    /// Known to Python 3.13 and later.
    static let shutDown = PythonException(module: "queue", name: "ShutDown")

    public func repr(python: PythonVersion, address: String) -> PythonText {
        python.isPython2
            ? "<Queue.\(items.order.className) instance at \(address)>" : "<queue.\(items.order.className) object at \(address)>"
    }

    private var isFull: Bool { capacity.isReached(by: items.count) }
}

// MARK: - Putting

extension ManagedQueue {
    private mutating func put(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        guard !isShutDown else { throw ManagedQueue.shutDown }
        // As in Python, a queue without a bound does not look at the timeout.
        let deadline = try capacity.isBounded(call.python) ? call.deadline(block: 1, timeout: 2) : .doNotWait
        let putting = Putting(item: call[0], python: call.python)
        if !isFull {
            try add(putting, &effects)
            return .none
        }
        guard case .block(let until) = deadline else { throw ManagedQueue.full }
        putters.append(call.id, putting)
        return .waits(until: until)
    }

    private mutating func putNoWait(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        guard !isShutDown else { throw ManagedQueue.shutDown }
        guard try !capacity.isBounded(call.python) || !isFull else { throw ManagedQueue.full }
        try add(Putting(item: call[0], python: call.python), &effects)
        return .none
    }

    /// All or none: where they do not fit at once, nothing is put.
    private mutating func putMany(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        let added = try call[0].pythonElements()
        guard !isShutDown else { throw ManagedQueue.shutDown }
        guard try !capacity.isBounded(call.python) || !capacity.isReached(by: items.count + added.count - 1) else { throw ManagedQueue.full }
        try items.insert(added, python: call.python)
        unfinished += added.count
        serveGetters(&effects)
        return .none
    }

    private mutating func add(_ putting: Putting, _ effects: inout Effects) throws(PythonException) {
        try items.insert([putting.item], python: putting.python)
        unfinished += 1
        serveGetters(&effects)
    }

    private mutating func serveGetters(_ effects: inout Effects) {
        while !items.isEmpty, let (call, wish) = getters.popFirst() {
            let taken = take(wish, for: call, &effects)
            effects.answer(call, .value(taken.value), carrying: taken.items)
        }
    }

    private mutating func servePutters(_ effects: inout Effects) {
        while !isFull, let (call, putting) = putters.popFirst() {
            do throws(PythonException) {
                try add(putting, &effects)
                effects.answer(call, .none)
            } catch {
                effects.answer(call, .exception(error))
            }
        }
    }
}

// MARK: - Getting

extension ManagedQueue {
    private mutating func get(
        _ wish: Wish, _ call: Call, from position: Int, _ effects: inout Effects
    ) throws(PythonException) -> Outcome {
        guard !isShutDown || !items.isEmpty else { throw ManagedQueue.shutDown }
        let deadline = try call.deadline(block: position, timeout: position + 1)
        if !items.isEmpty { return .value(take(wish, for: call.id, &effects).value) }
        guard case .block(let until) = deadline else { throw ManagedQueue.empty }
        getters.append(call.id, wish)
        return .waits(until: until)
    }

    /// What the wish gets from the items that are there, of which there is at least one.
    ///
    /// - Returns: the answer, and the items that are with its receiver alone. One that the session holds is still here, too.
    private mutating func take(_ wish: Wish, for call: CallID, _ effects: inout Effects) -> (value: Fragment, items: [Fragment]) {
        defer { servePutters(&effects) }
        switch wish {
        case .item:
            let item = items.removeFirst()
            guard redelivers else { return (item, [item]) }
            _ = taken.grant(item, to: call.session)
            return (item, [])
        case .items(let most):
            let first = (0..<min(most, items.count)).map { _ in items.removeFirst() }
            return (FragmentBuilder.list(first), first)
        case .lease:
            let item = items.removeFirst()
            return (FragmentBuilder.tuple([Fragment(leases.grant(item, to: call.session)), item]), [])
        }
    }
}

// MARK: - Ending work

extension ManagedQueue {
    private mutating func taskDone(_ effects: inout Effects) throws(PythonException) -> Outcome {
        guard unfinished > 0 else { throw .valueError("task_done() called too many times") }
        unfinished -= 1
        if unfinished == 0 { endJoins(&effects) }
        return .none
    }

    private mutating func join(_ call: Call) -> Outcome {
        guard unfinished > 0 else { return .none }
        joiners.append(call.id)
        return .waits(until: nil)
    }

    /// No item can be put any more; what is there can be taken, unless all is dropped.
    private mutating func shutDown(immediately: Bool, _ effects: inout Effects) {
        isShutDown = true
        if immediately {
            unfinished = max(unfinished - items.count, 0)
            items.removeAll()
            if unfinished == 0 { endJoins(&effects) }
        }
        for (call, _) in getters.removeAll() { effects.answer(call, .exception(ManagedQueue.shutDown)) }
        for (call, _) in putters.removeAll() { effects.answer(call, .exception(ManagedQueue.shutDown)) }
    }

    private mutating func endJoins(_ effects: inout Effects) {
        for (call, _) in joiners.removeAll() { effects.answer(call, .none) }
    }

    /// A leased item's work is done.
    private mutating func acknowledge(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        _ = try leases.end(call)
        return try taskDone(&effects)
    }

    /// A leased item goes to another.
    private mutating func giveBack(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        putBack([try leases.end(call)], &effects)
        return .none
    }

    private mutating func putBack(_ returned: [Fragment], _ effects: inout Effects) {
        items.putBack(returned)
        serveGetters(&effects)
    }
}

// MARK: - Callers that leave

extension ManagedQueue {
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        if getters.remove(call) != nil { return .exception(ManagedQueue.empty) }
        if putters.remove(call) != nil { return .exception(ManagedQueue.full) }
        return nil
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        getters.remove(call) != nil || putters.remove(call) != nil || joiners.remove(call) != nil
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        if answer.carried.isEmpty {
            end(answer.call.session, effects: &effects)
        } else {
            putBack(answer.carried, &effects)
        }
    }

    public mutating func end(_ session: SessionID, effects: inout Effects) {
        let returned = leases.endAll(of: session) + taken.endAll(of: session)
        guard !returned.isEmpty else { return }
        putBack(returned, &effects)
        // Another session's `task_done` may have been meant for one of them: it will be done once more.
        unfinished = max(unfinished, items.count + leases.count + taken.count)
    }
}
