import Pickle

// Making objects and finding shared ones.
extension Manager {
    /// Makes an object of a registered type, or finds a shared one, by name.
    ///
    /// - Parameters:
    ///   - typeID: the registered name.
    ///   - arguments: what the type's initializer takes.
    /// - Throws: ``RemoteError`` when nothing is registered under the name, or the arguments are refused.
    public func proxy(_ typeID: String, _ arguments: any Encodable & Sendable...) async throws -> ObjectProxy {
        try await create(typeID, arguments.map { try Fragment(encoding: $0) })
    }

    /// Makes an object of a registered type, or finds a shared one.
    public func callAsFunction<ProxyType: Proxy>(
        _ typeID: TypeID<ProxyType>, _ arguments: any Encodable & Sendable...
    ) async throws -> ProxyType {
        ProxyType(object: try await create(typeID.name, arguments.map { try Fragment(encoding: $0) }))
    }

    private func create(
        _ typeID: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []
    ) async throws -> ObjectProxy {
        ObjectProxy(reference: try await client.create(typeID, arguments, keywords))
    }

    /// Whether the server is of this kind, with leases and what else it has beyond CPython's.
    public var isSwift: Bool {
        get async throws { try await !client.traits().extensions.isEmpty }
    }

    /// How many objects the server holds.
    public var objectCount: Int {
        get async throws { try await client.callServer("number_of_objects").decode(as: Int.self) }
    }
}

// MARK: - Collections

extension Manager {
    /// A new, empty `dict`. The types may be left out where the context tells them.
    public func dictionary<Key, Value>(_: Key.Type = Key.self, _: Value.Type = Value.self) async throws -> DictionaryProxy<Key, Value> {
        DictionaryProxy(object: try await create("dict", []))
    }

    /// A new, empty `dict` for keys and values of any type.
    public func dictionary() async throws -> DictionaryProxy<PickleValue, PickleValue> {
        try await dictionary(PickleValue.self, PickleValue.self)
    }

    /// A new `dict` with these entries.
    public func dictionary<Key, Value>(_ entries: [Key: Value]) async throws -> DictionaryProxy<Key, Value> {
        let pairs = try entries.map { (key: try Fragment(encoding: $0.key), value: try Fragment(encoding: $0.value)) }
        return DictionaryProxy(object: try await create("dict", [FragmentBuilder.dictionary(pairs)]))
    }

    /// A new `list` with these elements.
    public func list<Element>(_ elements: some Sequence<Element>) async throws -> ListProxy<Element> {
        ListProxy(object: try await create("list", [try Fragment(list: elements)]))
    }

    /// A new, empty `list`. The type may be left out where the context tells it.
    public func list<Element>(of type: Element.Type = Element.self) async throws -> ListProxy<Element> {
        ListProxy(object: try await create("list", []))
    }

    /// A new, empty `list` for elements of any type.
    public func list() async throws -> ListProxy<PickleValue> { try await list(of: PickleValue.self) }

    /// A new `set`. CPython's servers have it since 3.14.
    public func set<Element>(_ elements: some Sequence<Element>) async throws -> SetProxy<Element> {
        SetProxy(object: try await create("set", [try Fragment(list: elements)]))
    }

    /// A new, empty `set`. CPython's servers have it since 3.14. The type may be left out where the context tells it.
    public func set<Element>(of type: Element.Type = Element.self) async throws -> SetProxy<Element> {
        SetProxy(object: try await create("set", []))
    }

    /// A new, empty `set` for elements of any type. CPython's servers have it since 3.14.
    public func set() async throws -> SetProxy<PickleValue> { try await set(of: PickleValue.self) }

    /// A new `Array`.
    ///
    /// - Parameters:
    ///   - elements: what it holds; their number stays, unless ``ArrayProxy/replaceAll(with:)`` changes it.
    ///   - typecode: as Python's `array` names types: `i`, `q`, `d`…
    // The type code is Python 2's `str`, which array.array there insists on; Python 3 reads it as its own.
    public func array<Element>(_ elements: some Sequence<Element>, typecode: String) async throws -> ArrayProxy<Element> {
        let code = try Fragment(.legacyString(Array(typecode.utf8)), at: .v2)
        return ArrayProxy(object: try await create("Array", [code, try Fragment(list: elements)]))
    }
}

// MARK: - Queues

extension Manager {
    /// A new `Queue`: the first in is the first out.
    ///
    /// - Parameters:
    ///   - type: what the items are; it may be left out where the context tells it.
    ///   - capacity: how many items may wait; 0 for no bound.
    public func queue<Element>(of type: Element.Type = Element.self, capacity: Int = 0) async throws -> QueueProxy<Element> {
        QueueProxy(object: try await create("Queue", [Fragment(capacity)]))
    }

    /// A new `Queue` for items of any type.
    ///
    /// - Parameter capacity: how many items may wait; 0 for no bound.
    public func queue(capacity: Int = 0) async throws -> QueueProxy<PickleValue> {
        try await queue(of: PickleValue.self, capacity: capacity)
    }

    /// A new `JoinableQueue`: a queue whose items' work can be waited for.
    ///
    /// - Parameters:
    ///   - type: what the items are; it may be left out where the context tells it.
    ///   - capacity: how many items may wait; 0 for no bound.
    public func joinableQueue<Element>(
        of type: Element.Type = Element.self, capacity: Int = 0
    ) async throws -> JoinableQueueProxy<Element> {
        JoinableQueueProxy(object: try await create("JoinableQueue", [Fragment(capacity)]))
    }

    /// A new `JoinableQueue` for items of any type.
    ///
    /// - Parameter capacity: how many items may wait; 0 for no bound.
    public func joinableQueue(capacity: Int = 0) async throws -> JoinableQueueProxy<PickleValue> {
        try await joinableQueue(of: PickleValue.self, capacity: capacity)
    }

    /// A new `LifoQueue`: the last in is the first out. CPython's servers have none unless it is registered.
    ///
    /// - Parameters:
    ///   - type: what the items are; it may be left out where the context tells it.
    ///   - capacity: how many items may wait; 0 for no bound.
    public func lifoQueue<Element>(of type: Element.Type = Element.self, capacity: Int = 0) async throws -> QueueProxy<Element> {
        QueueProxy(object: try await create("LifoQueue", [Fragment(capacity)]))
    }

    /// A new `LifoQueue` for items of any type.
    ///
    /// - Parameter capacity: how many items may wait; 0 for no bound.
    public func lifoQueue(capacity: Int = 0) async throws -> QueueProxy<PickleValue> {
        try await lifoQueue(of: PickleValue.self, capacity: capacity)
    }

    /// A new `PriorityQueue`: the lowest comes first, by Python's `<`. CPython's servers have none unless it is registered.
    ///
    /// - Parameters:
    ///   - type: what the items are; it may be left out where the context tells it.
    ///   - capacity: how many items may wait; 0 for no bound.
    public func priorityQueue<Element>(of type: Element.Type = Element.self, capacity: Int = 0) async throws -> QueueProxy<Element> {
        QueueProxy(object: try await create("PriorityQueue", [Fragment(capacity)]))
    }

    /// A new `PriorityQueue` for items of any type.
    ///
    /// - Parameter capacity: how many items may wait; 0 for no bound.
    public func priorityQueue(capacity: Int = 0) async throws -> QueueProxy<PickleValue> {
        try await priorityQueue(of: PickleValue.self, capacity: capacity)
    }
}

extension Manager {
    /// A new `WorkQueue`, whose items survive their workers. CPython's servers have none.
    ///
    /// - Parameters:
    ///   - type: what the items are; it may be left out where the context tells it.
    ///   - capacity: how many items may wait, the delayed ones included; 0 for no bound.
    ///   - maximumDeliveries: how often an item is delivered at most, before it goes to the dead letters; 0 for no limit.
    ///   - leaseTime: how long a lease lasts at most; `nil` for as long as its holder's connection.
    ///   - uniqueWindow: for how long a key stays taken from when it was put. It is taken while its item is in the queue anyway.
    public func workQueue<Element>(
        of type: Element.Type = Element.self, capacity: Int = 0, maximumDeliveries: Int = 10, leaseTime: Duration? = nil,
        uniqueWindow: Duration = .zero
    ) async throws -> WorkQueueProxy<Element> {
        let options: [(name: String, value: Fragment)] = [
            ("maxsize", Fragment(capacity)), ("max_deliveries", Fragment(maximumDeliveries)),
            ("lease_time", try leaseTime.map { try Fragment($0) } ?? .none), ("unique_window", try Fragment(uniqueWindow)),
        ]
        return WorkQueueProxy(object: try await create("WorkQueue", [], options))
    }
}

// MARK: - Single values

extension Manager {
    /// A new `Value`.
    ///
    /// - Parameters:
    ///   - value: what it holds at first.
    ///   - typecode: as Python's `array` names types; it is only kept.
    public func value<Value>(_ value: Value, typecode: String = "i") async throws -> ValueProxy<Value> {
        ValueProxy(object: try await create("Value", [try Fragment(.string(typecode)), try Fragment(encoding: value)]))
    }

    /// A new `Namespace`.
    ///
    /// - Parameter attributes: what it has from the beginning.
    public func namespace(_ attributes: [String: any Encodable & Sendable] = [:]) async throws -> NamespaceProxy {
        let attributes = try attributes.map { name, value in (name: name, value: try Fragment(encoding: value)) }
        return NamespaceProxy(object: try await create("Namespace", [], attributes))
    }
}

// MARK: - Synchronization

extension Manager {
    /// A new `Lock`.
    ///
    /// - Parameter robust: whether it belongs to who acquired it, and is released when that one's connection ends; `false` for a lock as Python has it,
    ///   which anyone may release, as a signal. CPython's servers have only these.
    public func lock(robust: Bool = true) async throws -> LockProxy {
        LockProxy(object: try await createLock("Lock", robust: robust))
    }

    /// A new `RLock`.
    ///
    /// - Parameter robust: whether it is released when its owner's connection ends. CPython's servers have no such.
    public func rlock(robust: Bool = true) async throws -> RLockProxy {
        RLockProxy(object: try await createLock("RLock", robust: robust))
    }

    /// A new `Semaphore`.
    ///
    /// - Parameters:
    ///   - value: how often it can be acquired; at least once, when it is robust.
    ///   - robust: whether what was acquired is released when its holder's connection ends, and only by who acquired it; `false` for a semaphore as Python
    ///     has it, to which anyone may add. CPython's servers have only these.
    public func semaphore(value: Int = 1, robust: Bool = true) async throws -> SemaphoreProxy {
        SemaphoreProxy(object: try await createLock("Semaphore", [Fragment(value)], robust: robust))
    }

    /// A new `BoundedSemaphore`, which cannot be released more often than it was acquired. A robust semaphore is one.
    public func boundedSemaphore(value: Int = 1, robust: Bool = true) async throws -> SemaphoreProxy {
        guard robust else { return SemaphoreProxy(object: try await create("BoundedSemaphore", [Fragment(value)])) }
        return SemaphoreProxy(object: try await createLock("Semaphore", [Fragment(value)], orElse: "BoundedSemaphore"))
    }

    private func createLock(_ typeID: String, _ arguments: [Fragment] = [], robust: Bool) async throws -> ObjectProxy {
        try await robust ? createLock(typeID, arguments, orElse: typeID) : create(typeID, arguments)
    }

    /// A robust lock, or another where the server offers none.
    private func createLock(_ typeID: String, _ arguments: [Fragment], orElse plain: String) async throws -> ObjectProxy {
        guard try await isSwift else { return try await create(plain, arguments) }
        do {
            return try await create("Robust\(typeID)", arguments)
        } catch let error as RemoteError where error.isMissing("Robust\(typeID)") {
            return try await create(plain, arguments)
        }
    }

    /// A new `Condition`.
    ///
    /// - Parameter robust: whether its lock is released when its owner's connection ends. CPython's servers have no such.
    public func condition(robust: Bool = true) async throws -> ConditionProxy {
        ConditionProxy(object: try await createLock("Condition", robust: robust))
    }

    /// A new `Event`.
    public func event() async throws -> EventProxy {
        EventProxy(object: try await create("Event", []))
    }

    /// A new `Barrier`.
    ///
    /// - Parameter parties: how many must meet.
    public func barrier(parties: Int) async throws -> BarrierProxy {
        BarrierProxy(object: try await create("Barrier", [Fragment(parties)]))
    }
}
