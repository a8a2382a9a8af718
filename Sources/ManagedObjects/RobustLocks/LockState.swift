import Pickle

/// Who holds a robust lock and who waits for it, whatever there is of other locks.
struct LockState: Sendable {
    let kind: LockKind
    /// The latest last.
    private(set) var tenures: [LockTenure] = []
    private var waiters = Waiters<LockRequest>()
    /// How many tenures ended with their sessions, and have had no successor that was told.
    private var abandonedCount = 0

    init(_ kind: LockKind) { self.kind = kind }

    var isFree: Bool { tenures.count < kind.capacity }

    /// Gives the lock to the caller, when it is to be had.
    ///
    /// - Parameter lastToken: the last that was given by any lock.
    mutating func acquire(_ request: LockRequest, _ lastToken: inout Int) -> LockTenure? {
        if kind.isReentrant, let position = tenures.firstIndex(where: { $0.session == request.call.session }) {
            tenures[position].count += 1
            return tenures[position]
        }
        guard isFree else { return nil }
        lastToken += 1
        let tenure = LockTenure(
            token: lastToken, origin: request.resumed?.origin ?? lastToken, call: request.call, since: request.since,
            wasAbandoned: abandonedCount > 0, count: request.resumed?.count ?? 1)
        if tenure.wasAbandoned { abandonedCount -= 1 }
        tenures.append(tenure)
        return tenure
    }

    // MARK: Waiting

    mutating func wait(_ request: LockRequest) { waiters.append(request.call, request) }

    mutating func stopWaiting(_ call: CallID) -> LockRequest? { waiters.remove(call) }

    /// The one that has waited longest, when the lock is to be had.
    mutating func nextWaiter() -> LockRequest? { isFree ? waiters.popFirst()?.wish : nil }

    // MARK: The end of tenures

    /// Gives up what a session has acquired last.
    ///
    /// - Throws: what a Python lock of the kind raises, when the session has not acquired it so often.
    mutating func release(by session: SessionID, _ count: Int) throws(PythonException) {
        let own = tenures.reduce(0) { $1.session == session ? $0 + $1.count : $0 }
        guard count <= own else { throw refusal }
        for _ in 0..<count {
            guard let last = tenures.lastIndex(where: { $0.session == session }) else { return }
            tenures[last].count -= 1
            if tenures[last].count == 0 { tenures.remove(at: last) }
        }
    }

    private var refusal: PythonException {
        if kind.isReentrant { return .runtimeError("cannot release un-acquired lock") }
        if kind != .lock { return .valueError("Semaphore released too many times: this session has not acquired it so often") }
        return .runtimeError(tenures.isEmpty ? "release unlocked lock" : "cannot release a robust lock that another session holds")
    }

    /// What a session held is abandoned.
    mutating func end(_ session: SessionID) {
        let before = tenures.count
        tenures.removeAll { $0.session == session }
        abandonedCount += before - tenures.count
    }

    /// The answer by which a call was given the lock could not be delivered: it is as if it had not been given.
    mutating func takeBack(_ call: CallID) {
        guard let position = tenures.firstIndex(where: { $0.call == call }) else { return }
        if tenures.remove(at: position).wasAbandoned { abandonedCount += 1 }
    }
}
