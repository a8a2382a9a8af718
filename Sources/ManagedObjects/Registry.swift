public import Pickle

/// Which types a manager's server offers: what a type identifier stands for.
///
/// Built-in types are registered exactly as a user's are. Generics are erased here, once.
public struct Registry: Sendable {
    /// What `create` does with one type identifier.
    public enum Registration: Sendable {
        /// A new object at each call.
        case fresh(@Sendable (Arguments) throws(PythonException) -> HostedObject)
        /// One object for all who ask.
        case shared(HostedObject)
        /// Not offered, and why.
        case refused(String)
    }

    private var registrations: [String: Registration] = [:]

    /// Nothing registered.
    public init() {}

    /// Registers a type under a name: each `manager.NAME(…)` makes a new object (CPython's `BaseManager.register`).
    public mutating func register<Object: ManagedObject>(_ typeID: String, _ type: Object.Type) {
        register(typeID) { (arguments) throws(PythonException) in try Object(arguments) }
    }

    /// Registers a function under a name: each `manager.NAME(…)` makes a new object by calling it.
    public mutating func register<Object: ManagedObject>(
        _ typeID: String, making make: @escaping @Sendable (Arguments) throws(PythonException) -> Object
    ) {
        registrations[typeID] = .fresh { (arguments) throws(PythonException) in .hosting(try make(arguments)) }
    }

    /// Registers one object under a name: each `manager.NAME()` gives a proxy of this object.
    public mutating func register(_ typeID: String, shared object: some ManagedObject) {
        registrations[typeID] = .shared(.hosting(object))
    }

    /// Registers a name that is answered with an error which says what to do.
    public mutating func refuse(_ typeID: String, because reason: String) {
        registrations[typeID] = .refused(reason)
    }

    /// The names that are registered, sorted.
    public var typeIDs: [String] { registrations.keys.sorted() }

    /// The objects that are registered as one for all.
    public var sharedObjects: [HostedObject] {
        registrations.values.compactMap { if case .shared(let object) = $0 { object } else { nil } }
    }

    /// The names under which one object is registered for all, sorted.
    public var sharedTypeIDs: [String] {
        registrations.compactMap { if case .shared = $0.value { $0.key } else { nil } }.sorted()
    }

    /// The object for one call of `create`.
    ///
    /// - Throws: `KeyError` when nothing is registered under the name; what the constructor raises.
    public func object(_ typeID: String, _ arguments: Arguments) throws(PythonException) -> HostedObject {
        switch registrations[typeID] {
        case .fresh(let make): return try make(arguments)
        case .shared(let object): return object
        case .refused(let reason): throw .runtimeError(reason)
        case nil: throw .keyError(.string(typeID))
        }
    }
}

extension Registry {
    /// The types that Python's `SyncManager` registers, and that are built.
    public static var standard: Registry {
        var registry = Registry()
        registry.register("dict", ManagedDictionary.self)
        registry.register("list", ManagedList.self)
        registry.register("Queue", ManagedQueue.self)
        registry.register("JoinableQueue", ManagedQueue.self)
        registry.register("LifoQueue") { (arguments) throws(PythonException) in try ManagedQueue(arguments, order: .lifo) }
        registry.register("PriorityQueue") { (arguments) throws(PythonException) in try ManagedQueue(arguments, order: .priority) }
        registry.register("set", ManagedSet.self)
        registry.register("Array", ManagedArray.self)
        registry.register("Value", ManagedValue.self)
        registry.register("Namespace", ManagedNamespace.self)
        registry.register("Lock", ManagedLock.self)
        registry.register("RLock", ManagedRLock.self)
        registry.register("Semaphore", ManagedSemaphore.self)
        registry.registerBoundedSemaphore()
        registry.register("Condition", ManagedCondition.self)
        registry.register("Event", ManagedEvent.self)
        registry.register("Barrier", ManagedBarrier.self)
        registry.refuse("Pool", because: "a Pool would run your functions inside the server, which runs nothing it receives; use multiprocessing.Pool in the client")
        return registry
    }

    /// Registers one new object of a type that is registered already, for all who ask: `--register get_task=Queue`.
    ///
    /// - Throws: `KeyError` when the type is unknown.
    public mutating func register(_ typeID: String, sharing existing: String) throws(PythonException) {
        registrations[typeID] = .shared(try object(existing, Arguments()))
    }
}
