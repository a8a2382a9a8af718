public import Pickle
import Synchronization

/// A method of an object that others may call.
///
/// Built-in types and those that follow ``ManagedObject`` write theirs as steps of a state machine; any other type's methods are Swift
/// functions: `Method("add", Maths.add)`.
public struct Method<Object>: Sendable {
    /// One step of a state machine: it has the object for itself, and never blocks.
    public typealias Step = @Sendable (inout Object, Call, inout Effects) throws(PythonException) -> Outcome
    /// What may take its time: it leaves the event loop, and is given the object's place.
    typealias Work = @Sendable (Host<Object>, Call) async throws -> Reply

    let hosted: HostedMethod

    public var name: String { hosted.name }

    private static var type: ObjectIdentifier { ObjectIdentifier(Object.self) }

    /// - Parameters:
    ///   - qualifiedName: Python's type and method name, `Queue.put`; the method's name is what follows the dot.
    ///   - required: the names of the parameters that must be given.
    ///   - optional: the names of those that may be left out.
    ///   - holds: whether the caller holds something afterwards that must come back when its session ends.
    ///   - iterates: whether it iterates over its arguments: a proxy among them then stands for what its object holds.
    ///   - step: what it does.
    public init(
        _ qualifiedName: String, _ required: [String] = [], optional: [String] = [], holds: Bool = false, iterates: Bool = false,
        _ step: @escaping Step
    ) {
        let bind = Parameters(name: qualifiedName, required: required, optional: optional).bind
        hosted = HostedMethod(Self.type, Self.name(qualifiedName), bind: bind, holds: holds, iterates: iterates, Self.taking(step))
    }

    /// A method that is written in C in CPython.
    public init(_ qualifiedName: String, _ convention: CConvention, iterates: Bool = false, _ step: @escaping Step) {
        let function = CFunction(qualifiedName: qualifiedName, convention: convention)
        hosted = HostedMethod(Self.type, function.name, bind: function.bind, iterates: iterates, Self.taking(step))
    }

    /// A method that takes its arguments as they were sent, by position and by name.
    public init(
        anyArguments qualifiedName: String, iterates: Bool = false,
        _ body: @escaping @Sendable (inout Object, Arguments, inout Effects) throws(PythonException) -> Outcome
    ) {
        let step: Step = { (object, call, effects) throws(PythonException) in try body(&object, call.sent, &effects) }
        hosted = HostedMethod(Self.type, Self.name(qualifiedName), bind: { BoundArguments($0, arranged: []) }, iterates: iterates, Self.taking(step))
    }

    /// A method that leaves the event loop.
    init(_ name: String, bind: @escaping HostedMethod.Binding, work: @escaping Work) {
        precondition(!pythonKeywords.contains(name), "a method cannot be called '\(name)', a keyword of Python, whose proxies define each method by its name")
        hosted = HostedMethod(Self.type, name, bind: bind, isStep: false) { (host, call, _) in .runs(Self.place(host).running(work, call)) }
    }

    private init(_ hosted: HostedMethod) { self.hosted = hosted }

    /// Python's method name, which follows the type's.
    private static func name(_ qualifiedName: String) -> String { String(qualifiedName.split(separator: ".", maxSplits: 1).last ?? "") }

    private static func taking(_ step: @escaping Step) -> HostedMethod.Body {
        { (host, call, effects) throws(PythonException) in
            try place(host).state.withLock { (object) throws(PythonException) in try step(&object, call, &effects) }
        }
    }

    /// A method is called of objects of its own type only: a `Host` is made with the table of its type.
    private static func place(_ host: HostedObject) -> Host<Object> { unsafeDowncast(host, to: Host<Object>.self) }
}

extension Method {
    /// The method, which before a version took its arguments in another way.
    func before(_ version: PythonVersion, _ older: Signature) -> Method {
        Method(hosted.binding(Signature(bind: hosted.bind).before(version, older).bind))
    }

    /// The method, for which a proxy as its argument stands for what its object holds, where the first argument is of a certain kind.
    func readingProxy(_ position: Int, where condition: @escaping @Sendable (Fragment) throws(PythonException) -> Bool) -> Method {
        Method(hosted.binding { [bind = hosted.bind] (arguments) throws(PythonException) in
            let bound = try bind(arguments)
            guard let first = bound.first ?? nil, let argument = bound[position], try condition(first) else { return bound }
            var read = Array(bound)
            read[position] = try argument.readingProxy()
            return BoundArguments(bound.sent, arranged: read)
        })
    }
}

/// What may be called of a type's objects.
public struct MethodTable<Object>: Sendable {
    let byName: [String: HostedMethod]
    /// The names that a proxy is told of, sorted as `dir()` sorts them.
    public let exposed: [String]

    public init(@MethodTableBuilder<Object> _ methods: () -> [Method<Object>]) {
        self.init(methods())
    }

    /// - Parameter hidden: methods that can be called, unless others have their names, but of which proxies are not told.
    init(_ methods: [Method<Object>], hidden: [Method<Object>] = []) {
        byName = Dictionary((hidden + methods).map { ($0.name, $0.hosted) }) { $1 }
        exposed = Set(methods.map(\.name)).sorted()
    }
}

@resultBuilder
public enum MethodTableBuilder<Object> {
    public static func buildExpression(_ method: Method<Object>) -> [Method<Object>] { [method] }
    /// Several, as types may share them.
    public static func buildExpression(_ methods: [Method<Object>]) -> [Method<Object>] { methods }
    public static func buildBlock(_ methods: [Method<Object>]...) -> [Method<Object>] { methods.flatMap(\.self) }
}

private let pythonKeywords: Set<String> = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield",
]
