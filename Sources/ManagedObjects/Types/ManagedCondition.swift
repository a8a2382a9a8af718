public import Pickle

/// `threading.Condition` with a lock of its own: whoever owns the lock may wait until another owner notifies.
public struct ManagedCondition: ManagedObject {
    private var lock = SessionLock()
    /// Calls that gave the lock up and wait to be notified.
    private var waiters = Waiters<Wait>()

    private struct Wait: Sendable {
        /// How often the session had acquired the lock.
        let acquired: Int
        let since: Timestamp
        let python: PythonVersion

        /// What `wait` returns; nothing in Python 2.
        func reply(_ wasNotified: Bool) -> Reply { python.isPython2 ? .none : .bool(wasNotified) }
    }

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        let bound = try Self.constructor.bind(arguments)
        guard let lock = bound.first ?? nil, !lock.isNone else { return }
        guard try lock.pythonValue().proxyToken != nil else {
            throw .attributeError("'\(try lock.pythonValue().typeTitle(arguments.python))' object has no attribute 'acquire'")
        }
        throw .typeError("a Condition in the server has a lock of its own: leave the argument `lock` out")
    }

    private static let constructor = Signature.python("Condition.__init__", optional: ["lock"])
        .before(.python3, .python("Condition.__init__", optional: ["lock", "verbose"]))

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType("RLock") }

    public static let methods = MethodTable<ManagedCondition> {
        Method("RLock.acquire", .optionalKeywords(Call.acquireParameters)) { (condition, call, _) throws(PythonException) in
            try condition.lock.acquire(call)
        }.before(.python3, .acquireOfPython2)
        Method("RLock.release", .noArguments) { (condition, call, effects) throws(PythonException) in
            try condition.lock.release(call, &effects)
            return .none
        }.before(.python3, .python("RLock.release"))
        Method("RLock.locked", .noArguments) { (condition, _, _) in .bool(condition.lock.isLocked) }
        Method("Condition.wait", optional: ["timeout"]) { (condition, call, effects) throws(PythonException) in
            try condition.wait(call, &effects)
        }
        Method("Condition.notify", optional: ["n"]) { (condition, call, _) throws(PythonException) in
            try condition.checkOwner(call, "notify on")
            condition.notify(try condition.count(call))
            return .none
        }
        Method("Condition.notify_all") { (condition, call, _) throws(PythonException) in
            try condition.checkOwner(call, "notify on")
            condition.notify(.max)
            return .none
        }.before(.python3, .python("Condition.notifyAll"))
    }

    private func checkOwner(_ call: Call, _ action: String) throws(PythonException) {
        guard lock.owner == call.id.session else { throw .runtimeError("cannot \(action) un-acquired lock") }
    }

    public var holders: [Holder] { lock.holder.map { [$0] } ?? [] }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        "<Condition(\(lock.repr(python: python, address: address)), \(waiters.count))>"
    }
}

// MARK: - Waiting and notifying

extension ManagedCondition {
    private mutating func wait(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        try checkOwner(call, "wait on")
        let deadline = try call.deadline(timeout: 0, .compared(">"))
        let wait = Wait(acquired: lock.count, since: call.now, python: call.python)
        guard case .block(let until) = deadline else { return .reply(wait.reply(false)) }
        waiters.append(call.id, wait)
        lock.releaseWholly(&effects)
        return .waits(until: until)
    }

    /// How many to notify.
    private func count(_ call: Call) throws(PythonException) -> Int {
        guard let argument = call.optional(0) else { return 1 }
        if call.python.isPython2 { return try sliceCount(argument) }
        if call.python < PythonVersion(3, 9) { return try Self.iterationCount(argument) }
        guard !waiters.isEmpty else { return 0 }
        if let int = argument.int { return int }
        switch try argument.pythonValue() {
        case .float(let number): return Int(exactly: number.rounded(.up)) ?? (number > 0 ? .max : 0)
        case .bigInt(let number): return number.isNegative ? 0 : .max
        case let value: throw .typeError("'>' not supported between instances of '\(value.typeTitle(call.python))' and 'int'")
        }
    }

    /// In Python 2 the number is the end of a slice: a negative one leaves the last out.
    private func sliceCount(_ argument: Fragment) throws(PythonException) -> Int {
        try PythonSlice(start: nil, stop: PythonSlice.bound(argument.pythonValue()), step: nil, length: waiters.count).count
    }

    /// Until Python 3.8 the number is the end of an `islice`.
    private static func iterationCount(_ argument: Fragment) throws(PythonException) -> Int {
        if let int = argument.int, int >= 0 { return int }
        if argument.isNone { return .max }
        throw .valueError("\(argument.int.map { $0 < -1 } ?? false ? "Indices" : "Stop argument") for islice() must be None or an integer: 0 <= x <= sys.maxsize.")
    }

    /// Those that are notified wait for the lock, which the caller owns.
    private mutating func notify(_ count: Int) {
        var left = count
        while left > 0, let (call, wait) = waiters.popFirst() {
            _ = lock.reacquire(call, count: wait.acquired, since: wait.since, reply: wait.reply(true))
            left -= 1
        }
    }
}

// MARK: - Callers whose time has come, or that leave

extension ManagedCondition {
    /// A call that waited to be notified must have the lock before it returns.
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        if let wait = waiters.remove(call) {
            return lock.reacquire(call, count: wait.acquired, since: wait.since, reply: wait.reply(false))
        }
        return lock.stopWaiting(call) ? .bool(false) : nil
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        waiters.remove(call) != nil || lock.stopWaiting(call)
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        lock.takeBack(from: answer.call.session, &effects)
    }
}
