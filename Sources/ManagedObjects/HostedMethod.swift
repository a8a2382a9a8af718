import Pickle

/// What a ``Method`` is whatever the object's type: what the way of every call looks up and runs, without generic code.
public final class HostedMethod: Sendable {
    /// What a call does. The host is of the type that the method was made for.
    typealias Body = @Sendable (HostedObject, Call, inout Effects) throws(PythonException) -> Outcome
    /// Gives the arguments in the parameters' order.
    typealias Binding = @Sendable (consuming Arguments) throws(PythonException) -> BoundArguments

    /// The type whose objects it is called of.
    let type: ObjectIdentifier
    /// As clients call it.
    public let name: String
    /// None of the arguments when the method looks at them itself.
    let bind: Binding
    /// Whether the caller may hold something afterwards that must come back when its session ends.
    public let holds: Bool
    /// Whether the method iterates over its arguments, so that it reads what proxies among them refer to.
    let iterates: Bool
    private let isStep: Bool
    /// Whether it stores what it is given, so that its object grows.
    public let stores: Bool
    let body: Body

    /// - Parameter isStep: whether it is a step of a state machine, and so one of the types that are known here.
    init(_ type: ObjectIdentifier, _ name: String, bind: @escaping Binding, holds: Bool = false, iterates: Bool = false, isStep: Bool = true, _ body: @escaping Body) {
        self.type = type
        self.name = name
        self.bind = bind
        self.holds = holds
        self.iterates = iterates
        self.isStep = isStep
        stores = isStep && Self.storing.contains(name)
        self.body = body
    }

    /// The names of the steps that store what they are given.
    private static let storing: Set<String> = [
        "__setitem__", "setdefault", "update", "__ior__", "append", "extend", "insert", "__iadd__", "__imul__", "add", "symmetric_difference_update",
        "__ixor__", "put", "put_nowait", "put_many", "__setattr__", "__setslice__",
    ]

    /// The same method with its arguments bound in another way.
    func binding(_ bind: @escaping Binding) -> HostedMethod {
        HostedMethod(type, name, bind: bind, holds: holds, iterates: iterates, isStep: isStep, body)
    }
}
