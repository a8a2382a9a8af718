import Pickle

/// How objects of a type are made of what a client sends.
public struct Initializer<Object>: Sendable {
    let make: @Sendable (Arguments, MethodTable<Object>) throws(PythonException) -> HostedObject

    /// Makes objects by calling a function: `Initializer(Maths.init)`.
    ///
    /// - Parameters:
    ///   - parameters: the parameters' names, one for each, by which arguments can be given, too; `nil` when by position only.
    ///   - function: runs on the event loop: what takes long belongs into a method.
    public init<each A: MethodArgument>(parameters: [String]? = nil, _ function: @escaping @Sendable (repeat each A) throws -> Object)
    where Object: Sendable {
        self.init(parameters: parameters, guarding: { (arguments: repeat each A) in try function(repeat each arguments) })
    }

    /// Makes objects that do not guard themselves: all their methods take them `inout`.
    public init<each A: MethodArgument>(parameters: [String]? = nil, guarding function: @escaping @Sendable (repeat each A) throws -> sending Object) {
        let signature = Self.signature(parameters, repeat (each A).self)
        make = { (arguments, methods) throws(PythonException) in
            do {
                var reader = try signature.reader(of: signature.bind(arguments), python: arguments.python)
                return UserObjectHost(try function(repeat try reader.next(as: (each A).self)), methods)
            } catch {
                throw PythonException(thrown: error)
            }
        }
    }

    private init(make: @escaping @Sendable (Arguments, MethodTable<Object>) throws(PythonException) -> HostedObject) { self.make = make }

    /// Of a type whose objects are returned by methods of others, and not made by clients.
    public static var none: Initializer {
        Initializer { (_, _) throws(PythonException) in
            throw .typeError("cannot create '\(Object.self)' objects: they are returned by methods of others")
        }
    }

    private static func signature<each A>(_ parameters: [String]?, _ types: repeat (each A).Type) -> SwiftSignature {
        SwiftSignature("\(Object.self)", parameters, packTypes(repeat each types), isInitializer: true)
    }
}
