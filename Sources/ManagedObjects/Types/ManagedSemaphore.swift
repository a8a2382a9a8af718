public import Pickle

/// `threading.Semaphore` and `threading.BoundedSemaphore`: so many may hold it at a time.
public struct ManagedSemaphore: ManagedObject {
    /// A number, as in CPython not always a whole one.
    private var available: PickleValue
    /// How many a bounded one has at most.
    private let bound: PickleValue?
    private var waiters = Waiters<Void>()

    /// - Parameters:
    ///   - value: how many may acquire it before one must release it.
    ///   - isBounded: whether releasing it more often than it was acquired is an error.
    public init(value: Int = 1, isBounded: Bool = false) {
        self.init(.int(max(value, 0)), isBounded: isBounded)
    }

    fileprivate init(_ value: PickleValue, isBounded: Bool) {
        available = value
        bound = isBounded ? .some(value) : Optional.none
    }

    public init(_ arguments: Arguments) throws(PythonException) {
        self.init(try Self.value(arguments, "Semaphore.__init__"), isBounded: false)
    }

    fileprivate static func value(_ arguments: Arguments, _ name: String) throws(PythonException) -> PickleValue {
        let signature = Signature.python(name, optional: ["value"]).before(.python3, .python(name, optional: ["value", "verbose"]))
        let bound = try signature.bind(arguments)
        let value = try bound.first??.pythonValue() ?? 1
        guard try !value.isLess(than: 0, python: arguments.python) else { throw .valueError("semaphore initial value must be >= 0") }
        return value
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public static let methods = MethodTable<ManagedSemaphore> {
        Method("Semaphore.acquire", optional: ["blocking", "timeout"]) { (semaphore, call, _) throws(PythonException) in
            try semaphore.acquire(call)
        }.before(.python3, .python("Semaphore.acquire", optional: ["blocking"]))
        Method(anyArguments: "Semaphore.release") { (semaphore, arguments, effects) throws(PythonException) in
            try semaphore.release(arguments, &effects)
            return .none
        }
    }

    private mutating func acquire(_ call: Call) throws(PythonException) -> Outcome {
        let blocks = try call.truth(0, default: true)
        guard blocks || call.optional(1)?.isNone ?? true else { throw .valueError("can't specify timeout for non-blocking acquire") }
        if available != 0 {
            available = try less(call.python)
            return .bool(true)
        }
        guard blocks, case .block(let until) = try call.deadline(timeout: 1, .added) else { return .bool(false) }
        waiters.append(call.id)
        return .waits(until: until)
    }

    /// `available - 1`
    private func less(_ python: PythonVersion) throws(PythonException) -> PickleValue {
        if let less = try? available.pythonSum(with: -1, python: python) { return less }
        throw .typeError("unsupported operand type(s) for -\(python.isPython2 ? "" : "="): '\(available.typeTitle(python))' and 'int'")
    }

    private var className: String { bound == nil ? "Semaphore" : "BoundedSemaphore" }

    /// `release(n=1)`; until Python 3.8 without the parameter.
    private mutating func release(_ arguments: Arguments, _ effects: inout Effects) throws(PythonException) {
        let signature = Signature.python("\(className).release", optional: ["n"]).before(PythonVersion(3, 9), .python("\(className).release"))
        let given = try signature.bind(arguments).first ?? nil
        let count = try given?.pythonValue() ?? 1
        guard try !count.isLess(than: 1, python: arguments.python) else { throw .valueError("n must be one or more") }
        if let bound, try isReleasedTooOften(count, bound, arguments.python) { throw .valueError("Semaphore released too many times") }
        available = try available.pythonSum(with: count, python: arguments.python)
        serveWaiters(&effects)
    }

    private func isReleasedTooOften(_ count: PickleValue, _ bound: PickleValue, _ python: PythonVersion) throws(PythonException) -> Bool {
        if python < PythonVersion(3, 9) { return try !available.isLess(than: bound, python: python) }
        return try bound.isLess(than: available.pythonSum(with: count, python: python), python: python)
    }

    /// As in CPython, one that waits looks only whether the number is 0.
    private mutating func serveWaiters(_ effects: inout Effects) {
        while available != 0, let less = try? available.pythonSum(with: -1), let (call, _) = waiters.popFirst() {
            available = less
            effects.answer(call, .bool(true))
        }
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        waiters.remove(call).map { .bool(false) }
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        waiters.remove(call) != nil
    }

    /// It was given to one that had gone.
    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        available = (try? available.pythonSum(with: 1)) ?? available
        serveWaiters(&effects)
    }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        guard PythonVersion(3, 11) <= python else { return .plainRepr("threading", className, python, address) }
        let value = try available.pythonRepr(python: python)
        guard let bound else { return "<threading.\(className) at \(address): value=\(value)>" }
        return "<threading.\(className) at \(address): value=\(value)/\(try bound.pythonRepr(python: python))>"
    }
}

extension Registry {
    /// `BoundedSemaphore` is a semaphore that knows its bound.
    mutating func registerBoundedSemaphore() {
        register("BoundedSemaphore") { (arguments) throws(PythonException) in
            ManagedSemaphore(try ManagedSemaphore.value(arguments, "BoundedSemaphore.__init__"), isBounded: true)
        }
    }
}

extension PythonText {
    /// `<threading.Event object at 0x7f…>`. In Python 2 `threading`'s classes have an underscore.
    static func plainRepr(_ module: String, _ name: String, _ python: PythonVersion, _ address: String) -> PythonText {
        "<\(module).\(python.isPython2 ? "_" : "")\(name) object at \(address)>"
    }
}
