public import Pickle

/// Which types a manager's server offers: what a type identifier stands for.
///
/// Built-in types are registered exactly as a user's are. Generics are erased here, once.
public struct Registry: Sendable {
    private var registrations: [String: Registration] = [:]

    /// Nothing registered.
    public init() {}

    /// Registers a type under a name: each `manager.NAME(…)` makes a new object (CPython's `BaseManager.register`).
    public mutating func register<Object: ManagedObject>(_ typeID: some TypeIdentifier, _ type: Object.Type) {
        register(typeID) { (arguments) throws(PythonException) in try Object(arguments) }
    }

    /// Registers a function under a name: each `manager.NAME(…)` makes a new object by calling it.
    public mutating func register<Object: ManagedObject>(
        _ typeID: some TypeIdentifier, making make: @escaping @Sendable (Arguments) throws(PythonException) -> Object
    ) {
        self[typeID] = Registration(
            .fresh { (arguments) throws(PythonException) in .hosting(try make(arguments)) },
            placing: { ($0 as? Object).map { .hosting($0) } })
    }

    /// Registers one object under a name: each `manager.NAME()` gives a proxy of this object.
    public mutating func register(_ typeID: some TypeIdentifier, shared object: some ManagedObject) {
        self[typeID] = Registration(.shared(.hosting(object)))
    }

    /// Registers a name that is answered with an error which says what to do.
    public mutating func refuse(_ typeID: some TypeIdentifier, because reason: String) {
        self[typeID] = Registration(.refused(reason))
    }

    /// What a name stands for.
    subscript(typeID: some TypeIdentifier) -> Registration? {
        get { registrations[typeID.registeredName] }
        set { registrations[typeID.registeredName] = newValue }
    }

    /// The names that are registered, sorted.
    public var typeIDs: [String] { registrations.keys.sorted() }

    /// The objects that are registered as one for all, with their names, sorted by these.
    public var sharedObjects: [(name: String, object: HostedObject)] {
        registrations.sorted { $0.key < $1.key }.compactMap { entry in
            if case .shared(let object) = entry.value.creation { (entry.key, object) } else { nil }
        }
    }

    /// The names under which one object is registered for all, sorted.
    public var sharedTypeIDs: [String] {
        sharedObjects.map(\.name)
    }

    /// The object for one call of `create`.
    ///
    /// - Throws: `KeyError` when nothing is registered under the name; what the constructor raises.
    public func object(_ typeID: String, _ arguments: Arguments) throws(PythonException) -> HostedObject {
        switch registrations[typeID]?.creation {
        case .fresh(let make): return try make(arguments)
        case .shared(let object): return object
        case .refused(let reason): throw .runtimeError(reason)
        case nil: throw .keyError(.string(typeID))
        }
    }

    /// Gives an object that a method has returned its place, if it has none yet.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - typeID: the name that its type is registered under.
    /// - Throws: `RuntimeError` when the name is not registered, or for another type.
    public func place(_ object: HostedObject, as typeID: String) throws(PythonException) -> HostedObject {
        guard let returned = (object as? ReturnedObject)?.value else { return object }
        guard let registration = registrations[typeID] else {
            throw .runtimeError("a method returned a '\(typeID)', but the server has nothing registered under this name")
        }
        guard let hosted = registration.place(returned) else {
            throw .runtimeError("a method returned a \(type(of: returned)), but '\(typeID)' is registered for another type")
        }
        return hosted
    }
}

/// What a registered name stands for.
struct Registration: Sendable {
    /// What `create` does.
    enum Creation: Sendable {
        /// A new object at each call.
        case fresh(@Sendable (Arguments) throws(PythonException) -> HostedObject)
        /// One object for all who ask.
        case shared(HostedObject)
        /// Not offered, and why.
        case refused(String)
    }

    let creation: Creation
    /// Gives an object that a method has returned its place; `nil` when it is of another type.
    let place: @Sendable (any Sendable) -> HostedObject?

    init(_ creation: Creation, placing place: @escaping @Sendable (any Sendable) -> HostedObject? = { _ in nil }) {
        self.creation = creation
        self.place = place
    }
}

extension Registry {
    /// The types that Python's `SyncManager` registers, and that are built; with `LifoQueue`, `PriorityQueue`, `set` and `WorkQueue`.
    public static var standard: Registry {
        var registry = Registry()
        registry.register("dict", ManagedDictionary.self)
        registry.register("list", ManagedList.self)
        registry.registerQueues()
        registry.register("set", ManagedSet.self)
        registry.register("Array", ManagedArray.self)
        registry.register("Value", ManagedValue.self)
        registry.register("Namespace", ManagedNamespace.self)
        registry.register("Lock", ManagedLock.self)
        registry.register("RLock", ManagedRLock.self)
        registry.register("Semaphore", ManagedSemaphore.self)
        registry.registerBoundedSemaphore()
        registry.registerRobustLocks()
        registry.register("Condition", ManagedCondition.self)
        registry.register("Event", ManagedEvent.self)
        registry.register("Barrier", ManagedBarrier.self)
        registry.refuse("Pool", because: "a Pool would run your functions inside the server, which runs nothing it receives; use multiprocessing.Pool in the client")
        return registry
    }

    /// Registers Python's queues, with `LifoQueue`, `PriorityQueue` and `WorkQueue`, in place of those that are registered: queues that are made from now on
    /// are as the settings say.
    public mutating func registerQueues(_ settings: QueueSettings = QueueSettings()) {
        let limits = settings.limits
        for (name, order) in [("Queue", QueueOrder.fifo), ("LifoQueue", .lifo), ("PriorityQueue", .priority), ("JoinableQueue", .fifo)] {
            let redelivers = name == "JoinableQueue" && settings.joinableQueuesRedeliver
            register(name) { (arguments) throws(PythonException) in
                try ManagedQueue(arguments, order: order, redelivers: redelivers, limits: limits)
            }
        }
        register("WorkQueue") { (arguments) throws(PythonException) in try ManagedWorkQueue(arguments, limits: limits) }
    }

    /// Registers one new object of a type that is registered already, for all who ask: `--register get_task=Queue`.
    ///
    /// - Parameters:
    ///   - typeID: the name under which clients ask for it.
    ///   - existing: the type's name.
    ///   - arguments: those of the type's constructor.
    /// - Throws: `KeyError` when the type is unknown; what the constructor raises.
    public mutating func register(
        _ typeID: some TypeIdentifier, sharing existing: String, _ arguments: Arguments = Arguments()
    ) throws(PythonException) {
        self[typeID] = Registration(.shared(try object(existing, arguments)))
    }
}
