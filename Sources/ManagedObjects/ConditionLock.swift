import Pickle

/// The lock of a `Condition`: its owner, a session, may acquire it again; a call that waits gives it up and takes it again.
protocol ConditionLock: Sendable {
    /// What the owner has of it.
    associatedtype Tenure: Sendable

    /// What a session has of the lock; `nil` when it is not its owner.
    func tenure(of session: SessionID) -> Tenure?

    /// Gives the lock up, however often its owner has acquired it.
    mutating func giveUp(_ tenure: Tenure, _ effects: inout Effects)

    /// Takes the lock again for a call that gave it up.
    ///
    /// - Parameter reply: what the call is answered with when it has the lock.
    /// - Returns: the call's answer, when the lock is free or will never be; otherwise the call waits for it.
    mutating func takeAgain(_ wait: ConditionWait<Tenure>, reply: Reply) -> Reply?

    /// - Returns: what a call is answered with whose time has come; `nil` when it does not wait for the lock.
    mutating func timeOut(_ call: CallID) -> Reply?

    /// The answer by which a call was given the lock could not be delivered.
    mutating func takeBack(_ call: CallID, _ effects: inout Effects)
}

/// A call that has given the lock of a condition up and waits to be notified.
struct ConditionWait<Tenure: Sendable>: Sendable {
    let call: CallID
    let since: Timestamp
    /// What its session had of the lock.
    let tenure: Tenure
    /// Whether other calls of the session go on meanwhile.
    let sessionIsShared: Bool
    private let python: PythonVersion

    init(_ call: Call, _ tenure: Tenure) {
        self.call = call.id
        since = call.now
        self.tenure = tenure
        sessionIsShared = call.sent.sessionIsShared
        python = call.python
    }

    /// What `wait` returns; nothing in Python 2.
    func reply(_ wasNotified: Bool) -> Reply { python.isPython2 ? .none : .bool(wasNotified) }
}
