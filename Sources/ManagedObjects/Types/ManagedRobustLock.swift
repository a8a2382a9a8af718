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
        Method.ofRobustLock("RobustLock") { $0.lock }
    }

    public var holders: [Holder] { lock.tenures.map(\.holder) }

    public func isHeld(by session: SessionID) -> Bool { lock.tenure(by: session) != nil }

    public func repr(python: PythonVersion, address: String) -> PythonText { lock.repr(address: address) }
}

// MARK: - Callers whose time has come, or that leave

extension ManagedRobustLock {
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        lock.stopWaiting(call)?.refusal
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
