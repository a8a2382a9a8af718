public import Pickle

/// A queue of work that survives its workers: an item is leased, and is gone only once the lease has been acknowledged.
///
/// A lease lives as long as its session and, if the queue has a lease time, no longer than that. An item whose lease ends otherwise goes back
/// to the front, to be delivered once more, and after so many deliveries to the dead letters. Items may be delayed, have priorities, and be
/// known for the same by a key. CPython has no such type; as its `JoinableQueue` it can be joined.
public struct ManagedWorkQueue: ManagedObject {
    /// How a work queue behaves.
    public struct Options: Sendable {
        /// How many items may wait to be leased, the delayed ones included; 0 or less for no bound.
        public var capacity = 0
        /// How often an item is leased at most, before it goes to the dead letters; 0 or less for no limit.
        public var maximumDeliveries = 10
        /// How long a lease lasts at most; `nil` for as long as its session.
        public var leaseTime: Duration?
        /// For how long a key stays taken from when it was put. It is taken while its item is in the queue anyway.
        public var uniqueWindow: Duration = .zero
        /// Beyond which nothing can be put.
        public var limits = QueueLimits()

        public init() {}
    }

    let maximumDeliveries: Int
    /// In seconds.
    let leaseTime: Double?
    let capacity: QueueCapacity
    let limits: QueueLimits

    var ready = ReadyItems()
    var delayed = DelayedItems()
    var leases = LeaseTable<WorkItem>()
    var dead = DeadLetters()
    var keys: UniqueKeys

    var takers = Waiters<WorkWish>()
    var putters = Waiters<WorkOrder>()
    var joiners = Waiters<Void>()
    var isShutDown = false
    /// When the queue has asked to be woken.
    private var wakeUp: Timestamp?

    public init(_ options: Options = Options()) {
        capacity = QueueCapacity(.int(options.capacity))
        maximumDeliveries = options.maximumDeliveries
        leaseTime = options.leaseTime.map { $0 / .seconds(1) }
        limits = options.limits
        keys = UniqueKeys(window: options.uniqueWindow / .seconds(1))
    }

    /// `WorkQueue(maxsize=0, max_deliveries=10, lease_time=None, unique_window=0)`
    public init(_ arguments: Arguments) throws(PythonException) { try self.init(arguments, limits: QueueLimits()) }

    /// - Parameters:
    ///   - arguments: those of the constructor.
    ///   - limits: beyond which nothing can be put.
    /// - Throws: what Python would raise for such arguments.
    public init(_ arguments: Arguments, limits: QueueLimits) throws(PythonException) {
        self.limits = limits
        let bound = try Self.constructor.bind(arguments)
        func argument(_ position: Int) -> Fragment? { position < bound.count ? bound[position] : nil }
        capacity = QueueCapacity(try argument(0)?.pythonValue() ?? 0)
        // `None` stands for no limit.
        maximumDeliveries = try argument(1).map { (given) throws(PythonException) in given.isNone ? 0 : try given.pythonIndex() } ?? Options().maximumDeliveries
        leaseTime = try argument(2)?.duration("lease_time")
        keys = UniqueKeys(window: try argument(3)?.duration("unique_window") ?? 0)
    }

    private static let constructor = Signature.python(
        "WorkQueue.__init__", optional: ["maxsize", "max_deliveries", "lease_time", "unique_window"])

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public var partCount: Int { ready.count + delayed.count + leases.count + dead.count }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        "<WorkQueue ready=\(String(ready.count)) leased=\(String(leases.count)) delayed=\(String(delayed.count)) dead=\(String(dead.count)) at \(address)>"
    }

    public static let methods = MethodTable<ManagedWorkQueue> {
        step("put", ["item"], optional: ["block", "timeout", "delay", "priority", "key"]) { (queue, call, now) throws(PythonException) in
            try queue.put(call, now)
        }
        step("put_many", ["items"], optional: ["delay", "priority"]) { (queue, call, now) throws(PythonException) in try queue.putMany(call, now) }
        step("lease", optional: ["timeout", "lease_time"], holds: true) { (queue, call, now) throws(PythonException) in
            try queue.lease(call, now)
        }
        step("get", optional: ["block", "timeout"]) { (queue, call, now) throws(PythonException) in try queue.get(.item, call, from: 0, now) }
        step("get_many", ["count"], optional: ["block", "timeout"]) { (queue, call, now) throws(PythonException) in
            try queue.get(.items(upTo: max(call.int(0), 1)), call, from: 1, now)
        }
        step("ack", ["receipt"]) { (queue, call, _) throws(PythonException) in try queue.acknowledge(call) }
        step("nack", ["receipt"], optional: ["delay"]) { (queue, call, now) throws(PythonException) in try queue.giveBack(call, now) }
        step("renew", ["receipt"], optional: ["lease_time"]) { (queue, call, now) throws(PythonException) in try queue.renew(call, now) }
        step("peek", optional: ["count"]) { (queue, call, _) throws(PythonException) in try queue.peek(call) }
        step("counts") { (queue, call, _) throws(PythonException) in try queue.counts(call) }
        step("qsize") { (queue, _, _) in .int(queue.ready.count) }
        step("empty") { (queue, _, _) in .bool(queue.ready.isEmpty) }
        step("full") { (queue, call, _) throws(PythonException) in .bool(try queue.capacity.isFull(queue.waitingCount, call.python)) }
        step("dead_letters", optional: ["count"]) { (queue, call, _) throws(PythonException) in try queue.listDeadLetters(call) }
        step("take_dead_letters", optional: ["count", "block", "timeout"]) { (queue, call, _) throws(PythonException) in
            try queue.takeDeadLetters(call)
        }
        step("refill", optional: ["count"]) { (queue, call, _) throws(PythonException) in try queue.refill(call) }
        step("join") { (queue, call, _) in queue.join(call) }
        step("shutdown", optional: ["immediate"]) { (queue, call, _) throws(PythonException) in
            queue.shutDown(immediately: try call.truth(0, default: false))
        }
    }

    /// A method, before which what is due by the time is done, and after which those go on who can.
    private static func step(
        _ name: String, _ required: [String] = [], optional: [String] = [], holds: Bool = false,
        _ body: @escaping @Sendable (inout ManagedWorkQueue, Call, Timestamp) throws(PythonException) -> Outcome
    ) -> Method<ManagedWorkQueue> {
        Method("WorkQueue.\(name)", required, optional: optional, holds: holds) { (queue, call, effects) throws(PythonException) in
            queue.advance(&effects)
            defer { queue.settle(&effects) }
            return try body(&queue, call, effects.now)
        }
    }
}

// MARK: - Time

extension ManagedWorkQueue {
    public mutating func wake(effects: inout Effects) {
        wakeUp = nil
        advance(&effects)
        settle(&effects)
    }

    /// Does what is due: delayed items come into line, leases end, keys are forgotten. Who waited for that is served first.
    private mutating func advance(_ effects: inout Effects) {
        keys.forget(at: effects.now)
        var isChanged = false
        while let work = delayed.popDue(at: effects.now) {
            line(up: work)
            isChanged = true
        }
        for work in leases.endExpired(at: effects.now) {
            giveBack(work)
            isChanged = true
        }
        if isChanged { settle(&effects) }
    }

    private mutating func askToBeWoken(_ effects: inout Effects) {
        guard let next = [delayed.nextDue, leases.nextDeadline()].compactMap(\.self).min() else { return }
        if let wakeUp, wakeUp <= next { return }
        wakeUp = next
        effects.wake(at: next)
    }
}

// MARK: - Those who wait

extension ManagedWorkQueue {
    /// Lets those go on who waited for items, for room, for dead letters or for the end of all work.
    private mutating func settle(_ effects: inout Effects) {
        repeat { serveTakers(&effects) } while admitPutter(&effects)
        dead.serve(&effects)
        if isShutDown { for (call, _) in putters.removeAll() { effects.answer(call, .exception(ManagedQueue.shutDown)) } }
        if isIdle { endWaiting(&effects) }
        askToBeWoken(&effects)
    }

    /// Whether there is nothing that somebody might still have to work on.
    var isIdle: Bool { ready.isEmpty && delayed.isEmpty && leases.isEmpty }

    private mutating func endWaiting(_ effects: inout Effects) {
        for (call, _) in joiners.removeAll() { effects.answer(call, .none) }
        guard isShutDown else { return }
        for (call, _) in takers.removeAll() { effects.answer(call, .exception(ManagedQueue.shutDown)) }
        for (call, _) in dead.waiters.removeAll() { effects.answer(call, .exception(ManagedQueue.shutDown)) }
    }

    mutating func join(_ call: Call) -> Outcome {
        guard !isIdle else { return .none }
        joiners.append(call.id)
        return .waits(until: nil)
    }

    /// No item can be put any more. What is there is worked on to its end, unless it is dropped; leases go on.
    mutating func shutDown(immediately: Bool) -> Outcome {
        isShutDown = true
        if immediately { for work in ready.removeAll() + delayed.removeAll() { keys.remove(work.key) } }
        return .none
    }
}

// MARK: - Callers that leave

extension ManagedWorkQueue {
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        if takers.remove(call) != nil || dead.waiters.remove(call) != nil { return .exception(ManagedQueue.empty) }
        if putters.remove(call) != nil { return .exception(ManagedQueue.full) }
        return nil
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        takers.remove(call) != nil || putters.remove(call) != nil || dead.waiters.remove(call) != nil || joiners.remove(call) != nil
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        for work in WorkItem.items(of: answer.carried).reversed() { if work.place == 0 { dead.putBack(work) } else { ready.putBack(work) } }
        end(answer.call.session, effects: &effects)
    }

    public mutating func end(_ session: SessionID, effects: inout Effects) {
        for work in leases.endAll(of: session) { giveBack(work) }
        settle(&effects)
    }
}
