import Pickle

/// A lock, and the calls that gave it up and wait to be notified by another owner.
struct ConditionState<Lock: ConditionLock>: Sendable {
    var lock: Lock
    private var waiters = Waiters<ConditionWait<Lock.Tenure>>()

    init(_ lock: Lock) { self.lock = lock }

    var waiterCount: Int { waiters.count }
}

// MARK: - Waiting and notifying

extension ConditionState {
    /// `wait(timeout=None)`
    mutating func wait(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        let wait = ConditionWait(call, try owned(call, "wait on"))
        guard case .block(let until) = try call.deadline(timeout: 0, .compared(">")) else { return .reply(wait.reply(false)) }
        waiters.append(call.id, wait)
        lock.giveUp(wait.tenure, &effects)
        return .waits(until: until)
    }

    /// `notify(n=1)`
    mutating func notify(_ call: Call, _ effects: inout Effects) throws(PythonException) {
        _ = try owned(call, "notify on")
        notify(try count(call), &effects)
    }

    /// `notify_all()`
    mutating func notifyAll(_ call: Call, _ effects: inout Effects) throws(PythonException) {
        _ = try owned(call, "notify on")
        notify(.max, &effects)
    }

    private func owned(_ call: Call, _ action: String) throws(PythonException) -> Lock.Tenure {
        guard let tenure = lock.tenure(of: call.id.session) else { throw .runtimeError("cannot \(action) un-acquired lock") }
        return tenure
    }

    /// A notification has reached a call whose peer had gone: another gets it.
    mutating func passNotificationOn(_ effects: inout Effects) { notify(1, &effects) }

    /// Those that are notified wait for the lock, which the caller owns.
    private mutating func notify(_ count: Int, _ effects: inout Effects) {
        var left = count
        while left > 0, let (call, wait) = waiters.popFirst() {
            if let reply = lock.takeAgain(wait, reply: wait.reply(true)) { effects.answer(call, reply) }
            left -= 1
        }
    }
}

// MARK: - How many to notify

extension ConditionState {
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
}

// MARK: - Callers whose time has come, or that leave

extension ConditionState {
    /// A call that waited to be notified must have the lock before it returns.
    mutating func timeOut(_ call: CallID) -> Reply? {
        guard let wait = waiters.remove(call) else { return lock.timeOut(call) }
        return lock.takeAgain(wait, reply: wait.reply(false))
    }

    /// - Returns: whether the call was waiting to be notified.
    mutating func stopWaiting(_ call: CallID) -> Bool { waiters.remove(call) != nil }
}
