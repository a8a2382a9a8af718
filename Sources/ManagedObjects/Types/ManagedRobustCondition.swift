public import Pickle

/// A condition whose lock survives its holder, as that of ``ManagedRobustLock`` does.
///
/// A call that has waited acquires the lock anew: it has a higher fencing token than before, and is told when a holder in between has ended
/// without a release (`EOWNERDEAD` of `pthread_cond_wait`). A notification that reaches a session which has gone goes to another, and the end of a holder
/// is one: it may have been woken for something that it did not come to do, or have been about to wake another.
public struct ManagedRobustCondition: ManagedObject {
    private var state: ConditionState<RobustLock>

    /// - Parameter locks: the robust locks of its server.
    public init(in locks: RobustLocks) {
        state = ConditionState(RobustLock(.rlock, in: locks))
    }

    /// One that is alone on its server.
    public init(_ arguments: Arguments) throws(PythonException) {
        try self.init(arguments, in: RobustLocks())
    }

    init(_ arguments: Arguments, in locks: RobustLocks) throws(PythonException) {
        try ManagedCondition.refuseLock(arguments)
        self.init(in: locks)
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { ManagedCondition.unpicklablePart(python) }

    public static let methods = MethodTable<ManagedRobustCondition> {
        Method.ofRobustLock("RobustCondition") { $0.state.lock }
        Method.ofCondition(\.state)
    }

    public var holders: [Holder] { state.lock.tenures.map(\.holder) }

    public func isHeld(by session: SessionID) -> Bool { state.lock.tenure(by: session) != nil }

    /// `<Condition(<robust RLock 3, held by session 7, at 0x1>, 2)>`
    public func repr(python: PythonVersion, address: String) -> PythonText {
        "<Condition(\(state.lock.repr(address: address)), \(state.waiterCount))>"
    }
}

// MARK: - Callers whose time has come, or that leave

extension ManagedRobustCondition {
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? { state.timeOut(call) }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        if state.stopWaiting(call) { return true }
        guard let request = state.lock.stopWaiting(call) else { return false }
        if request.resumed != nil { state.passNotificationOn(&effects) }
        return true
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        let tenure = state.lock.tenure(by: answer.call.session)
        state.lock.takeBack(answer.call, &effects)
        if let tenure, tenure.call == answer.call, tenure.isResumed { state.passNotificationOn(&effects) }
    }

    public mutating func end(_ session: SessionID, effects: inout Effects) {
        let wasHeld = isHeld(by: session)
        state.lock.end(session, &effects)
        if wasHeld { state.passNotificationOn(&effects) }
    }
}

// MARK: - Its lock

extension RobustLock: ConditionLock {
    func tenure(of session: SessionID) -> LockTenure? { tenure(by: session) }

    func giveUp(_ tenure: LockTenure, _ effects: inout Effects) {
        // It is the session's own.
        try? release(by: tenure.session, tenure.count, &effects)
    }

    func takeAgain(_ wait: ConditionWait<LockTenure>, reply: Reply) -> Reply? {
        var request = LockRequest(call: wait.call, since: wait.since, answer: .other(reply), resumed: wait.tenure)
        request.sessionIsShared = wait.sessionIsShared
        do throws(PythonException) {
            guard case .acquired = try acquire(request, .block(until: nil)) as LockTable.Acquisition else { return nil }
            return reply
        } catch {
            return .exception(error)
        }
    }

    func timeOut(_ call: CallID) -> Reply? { stopWaiting(call)?.refusal }
}
