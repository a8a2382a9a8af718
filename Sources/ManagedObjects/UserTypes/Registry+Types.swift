import Pickle

// Types of any kind: classes, actors and structs.
extension Registry {
    /// Registers a type by its initializer and its methods: each `manager.NAME(…)` makes a new object.
    ///
    /// <!-- given: registry: inout Registry -->
    /// ```swift
    /// registry.register("Maths", Maths.init) {
    ///     Method("add", Maths.add)
    ///     Method("mul", Maths.mul)
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - typeID: the name under which clients make objects.
    ///   - parameters: the names of the initializer's parameters, by which arguments can be given, too; `nil` when by position only.
    ///   - initializer: takes what clients send. It runs on the event loop: what takes long belongs into a method.
    ///   - methods: what clients may call; nothing else can be.
    public mutating func register<Object: Sendable, each A: MethodArgument>(
        _ typeID: some TypeIdentifier, parameters: [String]? = nil, _ initializer: @escaping @Sendable (repeat each A) throws -> Object,
        @MethodTableBuilder<Object> methods: () -> [Method<Object>]
    ) {
        register(typeID, Initializer(parameters: parameters, initializer), methods())
    }

    /// Registers a type that does not guard its objects, an ordinary class: all its methods take the object `inout`, and have it for
    /// themselves.
    public mutating func register<Object, each A: MethodArgument>(
        _ typeID: some TypeIdentifier, parameters: [String]? = nil,
        guarding initializer: @escaping @Sendable (repeat each A) throws -> sending Object,
        @MethodTableBuilder<Object> methods: () -> [Method<Object>]
    ) {
        let (initializer, table) = (Initializer(parameters: parameters, guarding: initializer), MethodTable(methods(), hidden: Method.descriptions))
        self[typeID] = Registration(.fresh { (arguments) throws(PythonException) in try initializer.make(arguments, table) })
    }

    /// Registers a type whose objects methods of others return: clients cannot make any. Python's `create_method=False`.
    public mutating func register<Object: Sendable>(
        _ typeID: some TypeIdentifier, _ type: Object.Type, @MethodTableBuilder<Object> methods: () -> [Method<Object>]
    ) {
        register(typeID, Initializer<Object>.none, methods())
    }

    /// Registers one object for all who ask: each `manager.NAME()` gives a proxy of this object.
    public mutating func register<Object>(
        _ typeID: some TypeIdentifier, shared object: sending Object, @MethodTableBuilder<Object> methods: () -> [Method<Object>]
    ) {
        self[typeID] = Registration(.shared(UserObjectHost(object, MethodTable(methods(), hidden: Method.descriptions))))
    }

    private mutating func register<Object: Sendable>(_ typeID: some TypeIdentifier, _ initializer: Initializer<Object>, _ methods: [Method<Object>]) {
        let table = MethodTable(methods, hidden: Method.descriptions)
        self[typeID] = Registration(
            .fresh { (arguments) throws(PythonException) in try initializer.make(arguments, table) },
            placing: { ($0 as? Object).map { UserObjectHost($0, table) } })
    }
}

// Types that say themselves what may be called.
extension Registry {
    /// Registers a type: each `manager.NAME(…)` makes a new object.
    public mutating func register<Object: ManagedType & Sendable>(_ typeID: some TypeIdentifier, _ type: Object.Type) {
        register(typeID, Object.managedInitializer, Object.managedMethods)
    }

    /// Registers one object for all who ask: each `manager.NAME()` gives a proxy of this object.
    public mutating func register<Object: ManagedType>(_ typeID: some TypeIdentifier, shared object: sending Object) {
        self[typeID] = Registration(.shared(UserObjectHost(object, MethodTable(Object.managedMethods, hidden: Method.descriptions))))
    }
}
