import Pickle

// Methods that return a proxy of another managed object: Python's `method_to_typeid`.
extension Method {
    /// A method whose result becomes a managed object of its own, of which the caller gets a proxy; `nil` is `None`.
    ///
    /// - Parameters:
    ///   - name: as clients call it.
    ///   - parameters: the parameters' names, one for each; `nil` when by position only.
    ///   - typeID: a name that the type of the result is registered under.
    ///   - function: has the object for itself, and runs off the event loop.
    public init<each A: MethodArgument, Result: Sendable>(
        _ name: String, parameters: [String]? = nil, returning typeID: some TypeIdentifier,
        calling function: @escaping @Sendable (inout Object, repeat each A) throws -> Result?
    ) {
        self.init(locked: name, parameters, function, Reply.making(typeID))
    }
}

extension Method where Object: Sendable {
    /// A method whose result becomes a managed object of its own: `Method("counter", returning: "Counter", Maths.counter)`.
    ///
    /// - Parameters:
    ///   - name: as clients call it.
    ///   - parameters: the parameters' names, one for each; `nil` when by position only.
    ///   - typeID: a name that the type of the result is registered under.
    ///   - function: runs off the event loop.
    public init<each A: MethodArgument, Result: Sendable>(
        _ name: String, parameters: [String]? = nil, returning typeID: some TypeIdentifier,
        _ function: @escaping @Sendable (Object) -> (repeat each A) async throws -> Result?
    ) {
        self.init(open: name, parameters, { (object: Object, arguments: repeat each A) in try await function(object)(repeat each arguments) }, Reply.making(typeID))
    }

    /// A method as a closure whose result becomes a managed object of its own.
    // Its closure has a label, for without one `Maths.counter` would do for it, too: as a function that returns a function.
    public init<each A: MethodArgument, Result: Sendable>(
        _ name: String, parameters: [String]? = nil, returning typeID: some TypeIdentifier,
        calling function: @escaping @Sendable (Object, repeat each A) async throws -> Result?
    ) {
        self.init(open: name, parameters, function, Reply.making(typeID))
    }
}

extension Reply {
    fileprivate static func making<Result: Sendable>(_ typeID: some TypeIdentifier) -> @Sendable (Result?) -> Reply {
        { [name = typeID.registeredName] result in
            if let result { .proxy(typeID: name, object: ReturnedObject(result)) } else { .none }
        }
    }
}
