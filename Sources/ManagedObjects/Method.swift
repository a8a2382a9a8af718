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
    /// What a call does: a step at once, work later.
    typealias Body = @Sendable (Host<Object>, Call, inout Effects) throws(PythonException) -> Outcome

    public let name: String
    /// The arguments in the parameters' order; none of them when the method looks at its arguments itself.
    private(set) var bind: @Sendable (Arguments) throws(PythonException) -> [Fragment?]
    /// Whether the caller holds something afterwards that must come back when its session ends.
    let holds: Bool
    /// Whether the method iterates over its arguments, so that it reads what proxies among them refer to.
    let iterates: Bool
    let body: Body

    /// - Parameters:
    ///   - qualifiedName: Python's type and method name, `Queue.put`; the method's name is what follows the dot.
    ///   - required: the names of the parameters that must be given.
    ///   - optional: the names of those that may be left out.
    ///   - holds: whether the caller holds something afterwards that must come back when its session ends.
    ///   - iterates: whether it iterates over its arguments: a proxy among them then stands for what its object holds.
    public init(
        _ qualifiedName: String, _ required: [String] = [], optional: [String] = [], holds: Bool = false, iterates: Bool = false,
        _ step: @escaping Step
    ) {
        name = String(qualifiedName.split(separator: ".", maxSplits: 1).last ?? "")
        bind = Parameters(name: qualifiedName, required: required, optional: optional).bind
        self.holds = holds
        self.iterates = iterates
        body = Self.taking(step)
    }

    /// A method that is written in C in CPython.
    public init(_ qualifiedName: String, _ convention: CConvention, iterates: Bool = false, _ step: @escaping Step) {
        let function = CFunction(qualifiedName: qualifiedName, convention: convention)
        name = function.name
        bind = function.bind
        holds = false
        self.iterates = iterates
        body = Self.taking(step)
    }

    /// A method that takes its arguments as they were sent, by position and by name.
    public init(
        anyArguments qualifiedName: String, iterates: Bool = false,
        _ body: @escaping @Sendable (inout Object, Arguments, inout Effects) throws(PythonException) -> Outcome
    ) {
        name = String(qualifiedName.split(separator: ".", maxSplits: 1).last ?? "")
        bind = { (_) in [] }
        holds = false
        self.iterates = iterates
        self.body = Self.taking { (object, call, effects) throws(PythonException) in try body(&object, call.sent, &effects) }
    }

    /// A method that leaves the event loop.
    init(_ name: String, bind: @escaping @Sendable (Arguments) throws(PythonException) -> [Fragment?], work: @escaping Work) {
        precondition(!pythonKeywords.contains(name), "a method cannot be called '\(name)', a keyword of Python, whose proxies define each method by its name")
        self.name = name
        self.bind = bind
        holds = false
        iterates = false
        body = { (host, call, _) in .runs(host.running(work, call)) }
    }

    private static func taking(_ step: @escaping Step) -> Body {
        { (host, call, effects) throws(PythonException) in
            try host.state.withLock { (object) throws(PythonException) in try step(&object, call, &effects) }
        }
    }
}

extension Method {
    /// The method, for which a proxy as its argument stands for what its object holds, where the first argument is of a certain kind.
    func readingProxy(_ position: Int, where condition: @escaping @Sendable (Fragment) throws(PythonException) -> Bool) -> Method {
        var method = self
        let bind = bind
        method.bind = { (arguments) throws(PythonException) in
            var bound = try bind(arguments)
            if let first = bound.first ?? nil, let argument = bound[position], try condition(first) { bound[position] = try argument.readingProxy() }
            return bound
        }
        return method
    }
}

/// What may be called of a type's objects.
public struct MethodTable<Object>: Sendable {
    let byName: [String: Method<Object>]
    /// The names that a proxy is told of, sorted as `dir()` sorts them.
    public let exposed: [String]

    public init(@MethodTableBuilder<Object> _ methods: () -> [Method<Object>]) {
        self.init(methods())
    }

    /// - Parameter hidden: methods that can be called, unless others have their names, but of which proxies are not told.
    init(_ methods: [Method<Object>], hidden: [Method<Object>] = []) {
        byName = Dictionary((hidden + methods).map { ($0.name, $0) }) { $1 }
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
