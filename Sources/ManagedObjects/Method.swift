public import Pickle

/// The parameters of a method, as Python's signatures have them.
public struct Parameters: Sendable {
    /// What error messages call the method: `Queue.put`.
    let name: String
    let required: [String]
    let optional: [String]

    /// The arguments in the parameters' order.
    ///
    /// - Throws: `TypeError`, when there are too few or too many, or one is named that is not there.
    func bind(_ arguments: Arguments) throws(PythonException) -> [Fragment?] {
        let given = arguments.positional.count
        guard given <= required.count + optional.count else { throw tooMany(given) }
        guard !arguments.keywords.isEmpty else {
            guard given >= required.count else { throw missing(required[given...]) }
            return arguments.positional
        }
        var bound: [Fragment?] = arguments.positional
        for (name, value) in arguments.keywords { try bind(value, to: name, in: &bound) }
        let absent = required.indices.filter { $0 >= bound.count || bound[$0] == nil }.map { required[$0] }
        guard absent.isEmpty else { throw missing(absent[...]) }
        return bound
    }

    private func bind(_ value: Fragment, to name: String, in bound: inout [Fragment?]) throws(PythonException) {
        guard let position = (required + optional).firstIndex(of: name) else {
            throw .typeError("\(self.name)() got an unexpected keyword argument '\(name)'")
        }
        while bound.count <= position { bound.append(nil) }
        guard bound[position] == nil else { throw .typeError("\(self.name)() got multiple values for argument '\(name)'") }
        bound[position] = value
    }

    /// Python counts `self`.
    private func tooMany(_ given: Int) -> PythonException {
        let most = required.count + optional.count + 1
        let takes = optional.isEmpty ? "\(most)" : "from \(required.count + 1) to \(most)"
        let noun = most == 1 ? "argument" : "arguments"
        return .typeError("\(name)() takes \(takes) positional \(noun) but \(given + 1) were given")
    }

    private func missing(_ names: ArraySlice<String>) -> PythonException {
        let quoted = names.map { "'\($0)'" }
        let list = quoted.count < 2 ? quoted.joined() : quoted.dropLast().joined(separator: ", ") + " and " + quoted[quoted.count - 1]
        return .typeError("\(name)() missing \(names.count) required positional argument\(names.count == 1 ? "" : "s"): \(list)")
    }
}

/// A method of a managed object that others may call.
public struct Method<Object: ManagedObject>: Sendable {
    public typealias Body = @Sendable (inout Object, Call, inout Effects) throws(PythonException) -> Outcome

    public let name: String
    /// The arguments in the parameters' order; none of them when the method looks at its arguments itself.
    let bind: @Sendable (Arguments) throws(PythonException) -> [Fragment?]
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
        _ body: @escaping Body
    ) {
        name = String(qualifiedName.split(separator: ".", maxSplits: 1).last ?? "")
        bind = Parameters(name: qualifiedName, required: required, optional: optional).bind
        self.holds = holds
        self.iterates = iterates
        self.body = body
    }

    /// A method that is written in C in CPython.
    public init(_ qualifiedName: String, _ convention: CConvention, iterates: Bool = false, _ body: @escaping Body) {
        let function = CFunction(qualifiedName: qualifiedName, convention: convention)
        name = function.name
        bind = function.bind
        holds = false
        self.iterates = iterates
        self.body = body
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
        self.body = { (object, call, effects) throws(PythonException) in try body(&object, call.sent, &effects) }
    }
}

/// What may be called of a type of managed objects.
public struct MethodTable<Object: ManagedObject>: Sendable {
    let byName: [String: Method<Object>]
    /// The names that a proxy is told of, sorted as `dir()` sorts them.
    public let exposed: [String]

    public init(@MethodTableBuilder<Object> _ methods: () -> [Method<Object>]) {
        self.init(methods())
    }

    public init(_ methods: [Method<Object>]) {
        byName = Dictionary(methods.map { ($0.name, $0) }) { $1 }
        exposed = byName.keys.sorted()
    }
}

@resultBuilder
public enum MethodTableBuilder<Object: ManagedObject> {
    public static func buildExpression(_ method: Method<Object>) -> Method<Object> { method }
    public static func buildBlock(_ methods: Method<Object>...) -> [Method<Object>] { methods }
}
