public import Pickle

/// `threading.Semaphore` and `threading.BoundedSemaphore`: so many may hold it at a time.
public struct ManagedSemaphore: ManagedObject {
    private var available: Int
    /// How many a bounded one has at most.
    private let bound: Int?
    private var waiters = Waiters<Void>()

    /// - Parameters:
    ///   - value: how many may acquire it before one must release it.
    ///   - isBounded: whether releasing it more often than it was acquired is an error.
    public init(value: Int = 1, isBounded: Bool = false) {
        available = max(value, 0)
        bound = isBounded ? available : nil
    }

    public init(_ arguments: Arguments) throws(PythonException) {
        self.init(value: try Self.value(arguments, "Semaphore.__init__"))
    }

    fileprivate static func value(_ arguments: Arguments, _ name: String) throws(PythonException) -> Int {
        let bound = try Parameters(name: name, required: [], optional: ["value"]).bind(arguments)
        guard let argument = bound.first ?? nil else { return 1 }
        let value = try Self.integer(argument)
        guard value >= 0 else { throw .valueError("semaphore initial value must be >= 0") }
        return value
    }

    /// A number; of a `float`, the next whole one.
    private static func integer(_ argument: Fragment) throws(PythonException) -> Int {
        if let int = argument.int { return int }
        let value = try argument.pythonValue()
        if case .float(let number) = value, let whole = Int(exactly: number.rounded(.up)) { return whole }
        throw .typeError("'<' not supported between instances of '\(value.typeTitle(.latest))' and 'int'")
    }

    public static var unpicklablePart: String? { "_thread.lock" }

    public static let methods = MethodTable<ManagedSemaphore> {
        Method("Semaphore.acquire", optional: ["blocking", "timeout"]) { (semaphore, call, _) throws(PythonException) in
            try semaphore.acquire(call)
        }
        Method(anyArguments: "Semaphore.release") { (semaphore, arguments, effects) throws(PythonException) in
            try semaphore.release(arguments, &effects)
            return .none
        }
    }

    private mutating func acquire(_ call: Call) throws(PythonException) -> Outcome {
        let blocks = try call.truth(0, default: true)
        guard blocks || call.optional(1)?.isNone ?? true else { throw .valueError("can't specify timeout for non-blocking acquire") }
        if available > 0 {
            available -= 1
            return .bool(true)
        }
        guard blocks, case .block(let until) = try call.deadline(timeout: 1, .added) else { return .bool(false) }
        waiters.append(call.id)
        return .waits(until: until)
    }

    private var className: String { bound == nil ? "Semaphore" : "BoundedSemaphore" }

    /// `release(n=1)`; until Python 3.8 without the parameter.
    private mutating func release(_ arguments: Arguments, _ effects: inout Effects) throws(PythonException) {
        let optional = arguments.python < PythonVersion(3, 9) ? [] : ["n"]
        let given = try Parameters(name: "\(className).release", required: [], optional: optional).bind(arguments).first ?? nil
        let count = try given.map { (argument) throws(PythonException) in try Self.integer(argument) } ?? 1
        guard count >= 1 else { throw .valueError("n must be one or more") }
        if let bound, count > bound - available { throw .valueError("Semaphore released too many times") }
        add(count, &effects)
    }

    private mutating func add(_ count: Int, _ effects: inout Effects) {
        var left = count
        while left > 0, let (call, _) = waiters.popFirst() {
            effects.answer(call, .bool(true))
            left -= 1
        }
        available += left
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        waiters.remove(call).map { .bool(false) }
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        waiters.remove(call) != nil
    }

    /// It was given to one that had gone.
    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        add(1, &effects)
    }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        let most = bound.map { "/\($0)" } ?? ""
        return PythonVersion(3, 11) <= python
            ? "<threading.\(className) at \(address): value=\(available)\(most)>" : .plainRepr("threading", className, python, address)
    }
}

extension Registry {
    /// `BoundedSemaphore` is a semaphore that knows its bound.
    mutating func registerBoundedSemaphore() {
        register("BoundedSemaphore") { (arguments) throws(PythonException) in
            ManagedSemaphore(value: try ManagedSemaphore.value(arguments, "BoundedSemaphore.__init__"), isBounded: true)
        }
    }
}

extension PythonText {
    /// `<threading.Event object at 0x7f…>`. In Python 2 `threading`'s classes have an underscore.
    static func plainRepr(_ module: String, _ name: String, _ python: PythonVersion, _ address: String) -> PythonText {
        "<\(module).\(python.isPython2 ? "_" : "")\(name) object at \(address)>"
    }
}
