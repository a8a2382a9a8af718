import Pickle
import Synchronization

/// What the arguments of a user's methods must be.
public typealias MethodArgument = Decodable & SendableMetatype
/// What the results of a user's methods must be.
public typealias MethodResult = Encodable & SendableMetatype

// Methods that have the object for themselves: those of structs that change them, and of classes that do not guard themselves.
extension Method {
    /// A method that changes the object, or that must have it for itself: `{ (counter: inout Counter, step: Int) in counter.advance(step) }`.
    ///
    /// Calls of such methods happen one after the other.
    ///
    /// - Parameters:
    ///   - name: as clients call it.
    ///   - parameters: the parameters' names, one for each, by which arguments can be given, too; `nil` when by position only.
    ///   - function: runs off the event loop, on a thread that it may block. What it throws is raised at the caller.
    public init<each A: MethodArgument, Result: MethodResult>(
        _ name: String, parameters: [String]? = nil, _ function: @escaping @Sendable (inout Object, repeat each A) throws -> Result
    ) {
        self.init(locked: name, parameters, function) { Reply(encoding: $0) }
    }

    /// A method that changes the object and returns nothing.
    public init<each A: MethodArgument>(
        _ name: String, parameters: [String]? = nil, _ function: @escaping @Sendable (inout Object, repeat each A) throws -> Void
    ) {
        self.init(locked: name, parameters, function) { .none }
    }

    init<each A: MethodArgument, Result: SendableMetatype>(
        locked name: String, _ names: [String]?, _ function: @escaping @Sendable (inout Object, repeat each A) throws -> Result,
        _ reply: @escaping @Sendable (Result) -> Reply
    ) {
        let signature = SwiftSignature("\(Object.self).\(name)", names, packTypes(repeat (each A).self))
        self.init(name, bind: signature.bind) { host, call in
            try host.state.withLock { object in
                var arguments = signature.reader(of: call.bound, python: call.python)
                return reply(try function(&object, repeat try arguments.next(as: (each A).self)))
            }
        }
    }
}

// Methods of classes and actors, whose own isolation holds; and of structs, on their value as it stands.
//
// What a client sends is checked against the types of the arguments. Within these any value may come: a function that adds two numbers
// with `+` ends the server when they are too large.
extension Method where Object: Sendable {
    /// A method: `Method("add", Maths.add)`.
    ///
    /// - Parameters:
    ///   - name: as clients call it.
    ///   - parameters: the parameters' names, one for each, by which arguments can be given, too; `nil` when by position only.
    ///   - function: runs off the event loop, on a thread that it may block. What it throws is raised at the caller. Its task is cancelled
    ///     when the caller gives the call up or goes.
    public init<each A: MethodArgument, Result: MethodResult>(
        _ name: String, parameters: [String]? = nil, _ function: @escaping @Sendable (Object) -> (repeat each A) async throws -> Result
    ) {
        self.init(open: name, parameters, { (object: Object, arguments: repeat each A) in try await function(object)(repeat each arguments) }) { Reply(encoding: $0) }
    }

    /// A method that returns nothing.
    public init<each A: MethodArgument>(
        _ name: String, parameters: [String]? = nil, _ function: @escaping @Sendable (Object) -> (repeat each A) async throws -> Void
    ) {
        self.init(open: name, parameters, { (object: Object, arguments: repeat each A) in try await function(object)(repeat each arguments) }) { .none }
    }

    /// A method as a closure, as an actor's must be: `{ (maths: Maths, a: Int, b: Int) in await maths.add(a, b) }`.
    public init<each A: MethodArgument, Result: MethodResult>(
        _ name: String, parameters: [String]? = nil, _ function: @escaping @Sendable (Object, repeat each A) async throws -> Result
    ) {
        self.init(open: name, parameters, function) { Reply(encoding: $0) }
    }

    /// A method as a closure that returns nothing.
    public init<each A: MethodArgument>(
        _ name: String, parameters: [String]? = nil, _ function: @escaping @Sendable (Object, repeat each A) async throws -> Void
    ) {
        self.init(open: name, parameters, function) { .none }
    }

    init<each A: MethodArgument, Result: SendableMetatype>(
        open name: String, _ names: [String]?, _ function: @escaping @Sendable (Object, repeat each A) async throws -> Result,
        _ reply: @escaping @Sendable (Result) -> Reply
    ) {
        let signature = SwiftSignature("\(Object.self).\(name)", names, packTypes(repeat (each A).self))
        self.init(name, bind: signature.bind) { host, call in
            var arguments = signature.reader(of: call.bound, python: call.python)
            let object = host.state.withLock { $0 }
            return reply(try await function(object, repeat try arguments.next(as: (each A).self)))
        }
    }
}
