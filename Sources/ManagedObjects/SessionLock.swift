import Pickle

extension Signature {
    /// `acquire` of Python 2's `RLock`, which is written in Python.
    static let acquireOfPython2 = Signature.python("RLock.acquire", optional: ["blocking"])
}

/// A lock that belongs to the session that acquired it, which may acquire it again: what `RLock` and `Condition` stand on.
struct SessionLock: Sendable {
    /// What a waiting call gets together with the lock.
    private struct Claim: Sendable {
        /// How many times the lock then has been acquired.
        let count: Int
        let since: Timestamp
        let reply: Reply
    }

    private(set) var holder: Holder?
    private(set) var count = 0
    private var waiters = Waiters<Claim>()

    var owner: SessionID? { holder?.session }
    var isLocked: Bool { holder != nil }

    /// `acquire(blocking, timeout)`
    ///
    /// - Throws: as ``Call/acquisitionDeadline()`` does.
    mutating func acquire(_ call: Call) throws(PythonException) -> Outcome {
        // In Python 2 its owner gets another answer, and whether it would wait is not looked at.
        if call.python.isPython2, owner == call.id.session {
            count += 1
            return .int(1)
        }
        let deadline = try call.acquisitionDeadline()
        if owner == nil || owner == call.id.session {
            holder = holder ?? Holder(session: call.id.session, since: call.now)
            count += 1
            return .bool(true)
        }
        guard case .block(let until) = deadline else { return .bool(false) }
        waiters.append(call.id, Claim(count: 1, since: call.now, reply: .bool(true)))
        return .waits(until: until)
    }

    /// `release()`
    ///
    /// - Throws: `RuntimeError` when the caller does not own the lock.
    mutating func release(_ call: Call, _ effects: inout Effects) throws(PythonException) {
        guard owner == call.id.session else { throw .runtimeError("cannot release un-acquired lock") }
        count -= 1
        if count == 0 { passOn(&effects) }
    }

    /// Gives the lock to the call that has waited longest, or to nobody.
    private mutating func passOn(_ effects: inout Effects) {
        guard let (call, claim) = waiters.popFirst() else {
            (holder, count) = (nil, 0)
            return
        }
        (holder, count) = (Holder(session: call.session, since: claim.since), claim.count)
        effects.answer(call, claim.reply)
    }

    /// - Returns: whether the call was waiting for the lock.
    mutating func stopWaiting(_ call: CallID) -> Bool { waiters.remove(call) != nil }

    /// `repr(threading.RLock())`. The owner, in Python a thread's number and in Python 2 its name, is that of the session.
    func repr(python: PythonVersion, address: String) -> PythonText {
        let number = owner.map { String($0.rawValue) }
        if python.isPython2 { return "<_RLock owner=\(number.map { "'Thread-\($0)'" } ?? "None") count=\(count)>" }
        return "<\(isLocked ? "locked" : "unlocked") _thread.RLock object owner=\(number ?? "0") count=\(count) at \(address)>"
    }
}

// MARK: - As the lock of a condition

extension SessionLock: ConditionLock {
    /// How many times the session has acquired it.
    func tenure(of session: SessionID) -> Int? { owner == session ? count : nil }

    mutating func giveUp(_ tenure: Int, _ effects: inout Effects) { passOn(&effects) }

    mutating func takeAgain(_ wait: ConditionWait<Int>, reply: Reply) -> Reply? {
        guard owner == nil else {
            waiters.append(wait.call, Claim(count: wait.tenure, since: wait.since, reply: reply))
            return nil
        }
        (holder, count) = (Holder(session: wait.call.session, since: wait.since), wait.tenure)
        return reply
    }

    mutating func timeOut(_ call: CallID) -> Reply? { stopWaiting(call) ? .bool(false) : nil }

    mutating func takeBack(_ call: CallID, _ effects: inout Effects) {
        if owner == call.session { passOn(&effects) }
    }
}
