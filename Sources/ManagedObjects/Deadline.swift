import Pickle

/// How long a call may wait.
enum Deadline {
    case doNotWait
    case block(until: Timestamp?)
}

/// A number of seconds, as it was sent.
private struct Seconds {
    let number: Double
    /// Whether it is an `int`, which CPython's clock converts otherwise than a `float`.
    let isWhole: Bool

    static let forever = Seconds(number: -1, isWhole: true)
}

extension Seconds {
    init?(_ value: PickleValue) {
        guard let number = Double(pythonNumber: value) else { return nil }
        self.number = number
        if case .float = value { isWhole = false } else { isWhole = true }
    }
}

/// What a function of Python's does first with a timeout, which decides the error when it is no number.
enum TimeoutUse {
    /// `time() + timeout`
    case added
    /// `timeout > 0` or `timeout < 0`
    case compared(String)

    /// Python 2 compares everything, and fails where it adds.
    func error(_ value: PickleValue, _ python: PythonVersion) -> PythonException {
        let name = value.typeTitle(python)
        return switch self {
        case .compared(let sign) where !python.isPython2: .typeError("'\(sign)' not supported between instances of '\(name)' and 'int'")
        default: .typeError("unsupported operand type(s) for +: 'float' and '\(name)'")
        }
    }
}

extension Call {
    /// The `block` and `timeout` arguments of `queue.Queue`'s methods.
    ///
    /// - Throws: `ValueError: 'timeout' must be a non-negative number`, when it waits at all.
    func deadline(block: Int, timeout: Int) throws(PythonException) -> Deadline {
        guard try truth(block, default: true) else { return .doNotWait }
        guard let seconds = try self.seconds(optional(timeout) ?? .none, .compared("<")) else { return .block(until: nil) }
        guard seconds.number >= 0 else { throw .valueError("'timeout' must be a non-negative number") }
        return .block(until: try? moment(in: seconds))
    }

    /// A `timeout` argument of `threading`'s `wait` methods, for which what is not above zero is no wait at all.
    ///
    /// - Parameter standard: what holds when it is `None`.
    func deadline(timeout: Int, _ use: TimeoutUse, default standard: Fragment = .none) throws(PythonException) -> Deadline {
        let given = optional(timeout) ?? .none
        guard let seconds = try self.seconds(given.isNone ? standard : given, use) else { return .block(until: nil) }
        return seconds.number > 0 ? .block(until: try moment(in: seconds)) : .doNotWait
    }

    /// The moment that a timeout ends.
    ///
    /// - Throws: `OverflowError`, `ValueError` for what CPython's clock cannot hold.
    private func moment(in seconds: Seconds) throws(PythonException) -> Timestamp {
        if seconds.number.isNaN { throw .valueError("Invalid value NaN (not a number)") }
        guard seconds.number <= Self.longestTimeout else {
            if !seconds.isWhole, python >= PythonVersion(3, 11) {
                throw PythonException("OverflowError", "timestamp out of range for platform time_t")
            }
            let type = python < PythonVersion(3, 13) ? "_PyTime_t" : "PyTime_t"
            throw PythonException("OverflowError", "timestamp too large to convert to C \(type)")
        }
        return now.advanced(bySeconds: seconds.number)
    }

    /// `threading.TIMEOUT_MAX`, in seconds.
    private static var longestTimeout: Double { 9_223_372_036 }

    /// A number of seconds; `nil` for `None`.
    ///
    /// - Throws: `TypeError` when it is no number.
    private func seconds(_ argument: Fragment, _ use: TimeoutUse) throws(PythonException) -> Seconds? {
        guard !argument.isNone else { return nil }
        let value = try argument.pythonValue()
        guard let seconds = Seconds(value) else { throw use.error(value, python) }
        return seconds
    }
}

extension Call {
    /// The `blocking` and `timeout` arguments of a lock's `acquire`, as C reads them: `-1` waits for ever.
    ///
    /// - Throws: `ValueError` for another negative timeout, and for a timeout of a call that does not block.
    func acquisitionDeadline() throws(PythonException) -> Deadline {
        let blocks = try python < PythonVersion(3, 12) ? optional(0)?.cInt(python) != 0 : truth(0, default: true)
        let seconds = try optional(1).map { (argument) throws(PythonException) in try lockSeconds(argument) } ?? .forever
        try sent.rejectUnknownKeywords(Self.acquireParameters, of: "acquire")
        return try deadline(blocks, seconds)
    }

    /// The same arguments of a robust lock, for which `None` is no limit, either.
    func robustLockDeadline() throws(PythonException) -> Deadline {
        let timeout = optional(1) ?? .none
        return try deadline(truth(0, default: true), timeout.isNone ? .forever : lockSeconds(timeout))
    }

    private func deadline(_ blocks: Bool, _ seconds: Seconds) throws(PythonException) -> Deadline {
        if seconds.number.isNaN { throw .valueError("Invalid value NaN (not a number)") }
        guard seconds.number != -1 else { return blocks ? .block(until: nil) : .doNotWait }
        guard blocks else { throw .valueError("can't specify a timeout for a non-blocking call") }
        guard seconds.number >= 0 else {
            throw .valueError(python < PythonVersion(3, 13)
                ? "timeout value must be positive" : "timeout value must be a non-negative number")
        }
        return .block(until: try moment(in: seconds))
    }

    /// The parameters of a lock's `acquire`.
    static var acquireParameters: [String] { ["blocking", "timeout"] }

    private func lockSeconds(_ argument: Fragment) throws(PythonException) -> Seconds {
        let value = try argument.pythonValue()
        guard let seconds = Seconds(value) else { throw .notAnInteger(value, python) }
        return seconds
    }
}
