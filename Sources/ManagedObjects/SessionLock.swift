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

    /// Gives the lock up, however often its owner has acquired it.
    mutating func releaseWholly(_ effects: inout Effects) { passOn(&effects) }

    /// Takes the lock again for a call that gave it up.
    ///
    /// - Parameter since: when the call was made.
    /// - Returns: the reply, when the lock is free; otherwise the call waits and is answered with it.
    mutating func reacquire(_ call: CallID, count: Int, since: Timestamp, reply: Reply) -> Reply? {
        guard owner == nil else {
            waiters.append(call, Claim(count: count, since: since, reply: reply))
            return nil
        }
        (holder, self.count) = (Holder(session: call.session, since: since), count)
        return reply
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

    /// The lock was given to a session that had gone.
    mutating func takeBack(from session: SessionID, _ effects: inout Effects) {
        if owner == session { passOn(&effects) }
    }

    /// `repr(threading.RLock())`. The owner, in Python a thread's number and in Python 2 its name, is that of the session.
    func repr(python: PythonVersion, address: String) -> PythonText {
        let number = owner.map { String($0.rawValue) }
        if python.isPython2 { return "<_RLock owner=\(number.map { "'Thread-\($0)'" } ?? "None") count=\(count)>" }
        return "<\(isLocked ? "locked" : "unlocked") _thread.RLock object owner=\(number ?? "0") count=\(count) at \(address)>"
    }
}
