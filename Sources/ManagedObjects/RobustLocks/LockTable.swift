import Pickle

/// The robust locks of one server, as one state machine.
///
/// They are one, since whether a wait will ever end is a matter of all of them: the holder of this lock may wait for another. Each step sees
/// all locks as they are at that moment, so a deadlock is found by the call that would complete it, and none is found that is not there.
struct LockTable: Sendable {
    /// What cannot be released while a call waits.
    private enum Blocked: Hashable {
        /// All that a session holds which makes one call at a time.
        case session(SessionID)
        /// What was acquired under a token.
        case token(Int)
    }

    private var locks: [Int: LockState] = [:]
    private var lastNumber = 0
    private var lastToken: Int
    /// For which lock the holder waits, without a limit of time.
    private var blocked: [Blocked: Int] = [:]

    /// - Parameter lastToken: below all tokens.
    init(lastToken: Int) { self.lastToken = lastToken }

    /// Adds a lock.
    ///
    /// - Returns: its number, by which errors name it.
    mutating func add(_ kind: LockKind) -> Int {
        lastNumber += 1
        locks[lastNumber] = LockState(kind)
        return lastNumber
    }

    mutating func remove(_ number: Int) { locks[number] = nil }

    /// Who holds a lock, in the order in which they acquired it.
    func tenures(of number: Int) -> [LockTenure] { locks[number]?.tenures ?? [] }

    /// The last acquisition by a session.
    func tenure(of number: Int, by session: SessionID) -> LockTenure? { locks[number]?.tenures.last { $0.session == session } }
}

// MARK: - Acquiring

extension LockTable {
    enum Acquisition {
        case acquired(LockTenure)
        case refused
        case waits(until: Timestamp?)
    }

    /// - Throws: `RuntimeError` when the call would wait for itself.
    mutating func acquire(_ number: Int, _ request: LockRequest, _ deadline: Deadline) throws(PythonException) -> Acquisition {
        if let tenure = locks[number]?.acquire(request, &lastToken) { return .acquired(tenure) }
        guard case .block(let until) = deadline else { return .refused }
        if until == nil {
            if let ring = ring(completedBy: request, for: number) { throw deadlock(ring) }
            for holding in blockedBy(request) { blocked[holding] = number }
        }
        locks[number]?.wait(request)
        return .waits(until: until)
    }

    /// A waiting call's time has come, or its peer gives it up.
    ///
    /// - Returns: what waited.
    mutating func stopWaiting(_ number: Int, _ call: CallID) -> LockRequest? {
        guard let request = locks[number]?.stopWaiting(call) else { return nil }
        unblock(request)
        return request
    }

    private func blockedBy(_ request: LockRequest) -> [Blocked] {
        request.kept.map(Blocked.token) + (request.sessionIsShared ? [] : [.session(request.call.session)])
    }

    private mutating func unblock(_ request: LockRequest) {
        for holding in blockedBy(request) { blocked[holding] = nil }
    }
}

// MARK: - Releasing

extension LockTable {
    /// Gives up what a session has acquired last.
    ///
    /// - Parameter count: how many acquisitions.
    /// - Throws: what a Python lock of the kind raises, when the session has not acquired it so often.
    mutating func release(_ number: Int, by session: SessionID, _ count: Int, _ effects: inout Effects) throws(PythonException) {
        try locks[number]?.release(by: session, count)
        passOn(number, &effects)
    }

    /// What a session held is abandoned.
    mutating func end(_ number: Int, of session: SessionID, _ effects: inout Effects) {
        locks[number]?.end(session)
        passOn(number, &effects)
    }

    /// The answer by which a call was given the lock could not be delivered: it is as if it had not been given.
    mutating func takeBack(_ number: Int, _ call: CallID, _ effects: inout Effects) {
        locks[number]?.takeBack(call)
        passOn(number, &effects)
    }

    /// Gives the lock to those who have waited longest, as long as it is to be had.
    private mutating func passOn(_ number: Int, _ effects: inout Effects) {
        while let request = locks[number]?.nextWaiter() {
            unblock(request)
            if let tenure = locks[number]?.acquire(request, &lastToken) { effects.answer(request.call, request.reply(tenure)) }
        }
    }
}

// MARK: - Deadlocks

extension LockTable {
    /// Each waits for the lock, whose holder waits for the next; the holder of the last makes the call that completes the ring.
    private typealias Ring = [(lock: Int, holder: SessionID)]

    /// Only what is certain counts: locks that one session holds at a time, and waits without a limit by which their holders are kept from releasing
    /// them. A wait with a limit ends by itself, and in a session that carries many calls another one may release.
    private func ring(completedBy request: LockRequest, for number: Int) -> Ring? {
        var (ring, next): (Ring, Int?) = ([], number)
        while let number = next, let tenure = locks[number]?.onlyTenure, ring.count < locks.count {
            ring.append((number, tenure.session))
            if request.keeps(tenure) { return ring }
            next = blocked[.token(tenure.token)] ?? blocked[.session(tenure.session)]
        }
        return nil
    }

    private func deadlock(_ ring: Ring) -> PythonException {
        let holders = ring.map { "\(name(of: $0.lock)) is held by session \($0.holder.rawValue)" }
        return .runtimeError("deadlock: \(holders.joined(separator: ", which waits for another: ")), whose holder makes this call")
    }

    private func name(of number: Int) -> String { "\(locks[number]?.kind.name ?? "") \(number)" }
}
