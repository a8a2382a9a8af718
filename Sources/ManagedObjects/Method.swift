public import Pickle

/// The parameters of a method, as Python's signatures have them.
public struct Parameters: Sendable {
    /// What error messages call the method: `Queue.put`.
    let name: String
    let required: [String]
    let optional: [String]
    /// Whether Python's counts in error texts have one more, for `self`; a plain function has not.
    var countsSelf = true

    /// The arguments in the parameters' order.
    ///
    /// - Throws: `TypeError`, when there are too few or too many, or one is named that is not there.
    func bind(_ arguments: Arguments) throws(PythonException) -> [Fragment?] {
        let given = arguments.positional.count
        if arguments.keywords.isEmpty, given >= required.count, given <= required.count + optional.count { return arguments.positional }
        let title = title(arguments.python)
        var bound: [Fragment?] = arguments.positional
        for (name, value) in arguments.keywords { try bind(value, to: name, in: &bound, title, arguments.python) }
        let absent = required.indices.filter { $0 >= bound.count || bound[$0] == nil }.map { required[$0] }
        if arguments.python.isPython2, !absent.isEmpty || given > required.count + optional.count {
            throw legacyCount(given + arguments.keywords.count + own, isTooMany: absent.isEmpty, title)
        }
        guard given <= required.count + optional.count else { throw tooMany(given, title) }
        guard absent.isEmpty else { throw missing(absent, title) }
        return bound
    }

    /// Which since 3.10 holds the type's name.
    private func title(_ python: PythonVersion) -> String {
        python < PythonVersion(3, 10) ? String(name.split(separator: ".").last ?? "") : name
    }

    private func bind(_ value: Fragment, to name: String, in bound: inout [Fragment?], _ title: String, _ python: PythonVersion) throws(PythonException) {
        guard let position = (required + optional).firstIndex(of: name) else {
            throw .typeError("\(title)() got an unexpected keyword argument '\(name)'")
        }
        while bound.count <= position { bound.append(nil) }
        guard bound[position] == nil else { throw .typeError("\(title)() got multiple values for \(python.isPython2 ? "keyword " : "")argument '\(name)'") }
        bound[position] = value
    }

    private var own: Int { countsSelf ? 1 : 0 }

    private func tooMany(_ given: Int, _ title: String) -> PythonException {
        let most = required.count + optional.count + own
        let takes = optional.isEmpty ? "\(most)" : "from \(required.count + own) to \(most)"
        let noun = most == 1 ? "argument" : "arguments"
        return .typeError("\(title)() takes \(takes) positional \(noun) but \(given + own) were given")
    }

    private func missing(_ names: [String], _ title: String) -> PythonException {
        let quoted = names.map { "'\($0)'" }
        let list = switch quoted.count {
        case 1: quoted[0]
        case 2: "\(quoted[0]) and \(quoted[1])"
        default: quoted.dropLast().joined(separator: ", ") + ", and " + quoted[quoted.count - 1]
        }
        return .typeError("\(title)() missing \(names.count) required positional argument\(names.count == 1 ? "" : "s"): \(list)")
    }

    /// Python 2's text, for too many and too few.
    private func legacyCount(_ given: Int, isTooMany: Bool, _ title: String) -> PythonException {
        let (least, most) = (required.count + own, required.count + optional.count + own)
        let limit = optional.isEmpty ? "exactly" : isTooMany ? "at most" : "at least"
        let bound = isTooMany ? most : least
        return .typeError("\(title)() takes \(limit) \(bound) argument\(bound == 1 ? "" : "s") (\(given) given)")
    }
}

/// A method of a managed object that others may call.
public struct Method<Object: ManagedObject>: Sendable {
    public typealias Body = @Sendable (inout Object, Call, inout Effects) throws(PythonException) -> Outcome

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
