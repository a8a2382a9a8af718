public import Pickle

/// A lock that survives its holder: it belongs to the session that acquired it, and the end of the session releases it.
///
/// The next holder is told that the lock was abandoned, as one of a robust mutex of POSIX threads is (`EOWNERDEAD`). Every acquisition has
/// a fencing token. A call that would complete a ring of sessions that wait for each other is refused (`EDEADLK`).
public struct ManagedRobustLock: ManagedObject {
    private let lock: RobustLock

    /// - Parameters:
    ///   - kind: what it is like.
    ///   - locks: the robust locks of its server.
    public init(_ kind: LockKind, in locks: RobustLocks) {
        lock = RobustLock(kind, in: locks)
    }

    /// A `Lock` that is alone on its server.
    public init(_ arguments: Arguments) throws(PythonException) {
        try self.init(lock: arguments, in: RobustLocks())
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public static let methods = MethodTable<ManagedRobustLock> {
        Method("RobustLock.acquire", optional: Call.acquireParameters, holds: true) { (object, call, _) throws(PythonException) in
            try object.acquire(LockRequest(call), call, orElse: .bool(false))
        }
        Method("RobustLock.acquire_fenced", optional: Call.acquireParameters + ["keeping"], holds: true) { (object, call, _) throws(PythonException) in
            var request = LockRequest(call)
            request.isFenced = true
            request.kept = try call.tokens(2)
            return try object.acquire(request, call, orElse: .none)
        }
        Method("RobustLock.release", optional: ["n"], holds: true) { (object, call, effects) throws(PythonException) in
            let count = try call.optional(0).map { (count) throws(PythonException) in try count.pythonIndex() } ?? 1
            guard count >= 1 else { throw .valueError("n must be one or more") }
            try object.lock.release(by: call.id.session, count, &effects)
            return .none
        }
        Method("RobustLock.locked") { (object, _, _) in .bool(object.lock.tenures.count >= object.lock.kind.capacity) }
        Method("RobustLock.fencing_token") { (object, call, _) throws(PythonException) in .int(try object.tenure(call).token) }
        Method("RobustLock.was_abandoned") { (object, call, _) throws(PythonException) in .bool(try object.tenure(call).wasAbandoned) }
    }

    private func acquire(_ request: LockRequest, _ call: Call, orElse refusal: Reply) throws(PythonException) -> Outcome {
        switch try lock.acquire(request, call.robustLockDeadline()) {
        case .acquired(let tenure): .reply(request.reply(tenure))
        case .refused: .reply(refusal)
        case .waits(let until): .waits(until: until)
        }
    }

    private func tenure(_ call: Call) throws(PythonException) -> LockTenure {
        guard let tenure = lock.tenure(by: call.id.session) else { throw .runtimeError("this session has not acquired the lock") }
        return tenure
    }

    public var holders: [Holder] { lock.tenures.map(\.holder) }

    public func isHeld(by session: SessionID) -> Bool { lock.tenure(by: session) != nil }

    /// `<robust Lock 3, held by session 7, at 0x1>`
    public func repr(python: PythonVersion, address: String) -> PythonText {
        let sessions = holders.map { String($0.session.rawValue) }
        let state = sessions.isEmpty ? "free" : "held by session \(sessions.joined(separator: ", "))"
        return "<robust \(lock.name), \(state), at \(address)>"
    }
}

// MARK: - Callers whose time has come, or that leave

extension ManagedRobustLock {
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        lock.stopWaiting(call).map { $0.isFenced ? .none : .bool(false) }
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        lock.stopWaiting(call) != nil
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        lock.takeBack(answer.call, &effects)
    }

    public mutating func end(_ session: SessionID, effects: inout Effects) {
        lock.end(session, &effects)
    }
}

// MARK: - Arguments

extension ManagedRobustLock {
    init(lock arguments: Arguments, in locks: RobustLocks) throws(PythonException) {
        _ = try Parameters(name: "RobustLock", required: [], optional: []).bind(arguments)
        self.init(.lock, in: locks)
    }

    init(rlock arguments: Arguments, in locks: RobustLocks) throws(PythonException) {
        _ = try Parameters(name: "RobustRLock", required: [], optional: []).bind(arguments)
        self.init(.rlock, in: locks)
    }

    init(semaphore arguments: Arguments, in locks: RobustLocks) throws(PythonException) {
        let value = try Self.semaphoreValue(arguments)
        guard value > 0 else { throw .valueError("a robust semaphore needs a value of 1 or more: one of 0 is a signal, which nobody holds") }
        self.init(.semaphore(value), in: locks)
    }

    static func semaphoreValue(_ arguments: Arguments) throws(PythonException) -> Int {
        let bound = try Parameters(name: "RobustSemaphore", required: [], optional: ["value"]).bind(arguments)
        let value = try bound.first??.pythonIndex() ?? 1
        guard value >= 0 else { throw .valueError("semaphore initial value must be >= 0") }
        return value
    }
}

extension LockRequest {
    fileprivate init(_ call: Call) {
        self.init(call: call.id, since: call.now, sessionIsShared: call.sent.sessionIsShared)
    }
}

extension Call {
    /// An optional sequence of fencing tokens.
    fileprivate func tokens(_ position: Int) throws(PythonException) -> [Int] {
        guard let argument = optional(position), !argument.isNone else { return [] }
        switch try argument.pythonValue() {
        case .tuple(let elements), .list(let elements):
            var tokens: [Int] = []
            for element in elements { tokens.append(try Fragment(pythonValue: element).pythonIndex()) }
            return tokens
        default: throw .typeError("a sequence of fencing tokens is expected")
        }
    }
}
