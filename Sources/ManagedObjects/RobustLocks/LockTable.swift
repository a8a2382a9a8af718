import Pickle

/// The robust locks of one server, as one state machine.
///
/// They are one, since whether a wait will ever end is a matter of all of them: the holder of this lock may wait for another. Each step sees
/// all locks as they are at that moment, so a deadlock is found by the call that would complete it, and none is found that is not there.
struct LockTable: Sendable {
    private var locks: [Int: LockState] = [:]
    private var lastNumber = 0
    private var lastToken: Int
    private var waits = EndlessWaits()

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

    /// `Lock 3`
    func name(of number: Int) -> String { "\(locks[number]?.kind.name ?? "") \(number)" }

    /// For which locks the holder waits, so that it does not end what it holds before.
    func waits(of tenure: LockTenure) -> [Int] { waits.locks(before: tenure) }
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
        var request = request
        request.isEndless = until == nil
        if request.isEndless {
            if let ring = ring(completedBy: request, for: number) { throw deadlock(ring) }
            waits.insert(request, for: number)
        }
        locks[number]?.wait(request)
        return .waits(until: until)
    }

    /// A waiting call's time has come, or its peer gives it up.
    ///
    /// - Returns: what waited.
    mutating func stopWaiting(_ number: Int, _ call: CallID) -> LockRequest? {
        guard let request = locks[number]?.stopWaiting(call) else { return nil }
        waits.remove(request, for: number)
        return request
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
            waits.remove(request, for: number)
            if let tenure = locks[number]?.acquire(request, &lastToken) { effects.answer(request.call, request.reply(tenure)) }
        }
    }
}
