import Pickle

/// One acquisition of a robust lock, from its beginning to its end.
struct LockTenure: Sendable {
    /// Its fencing token: higher than that of every acquisition before it.
    let token: Int
    /// The token by which its holder names it while it waits for other locks: its own, or that of the tenure that the holder gave up to wait at a
    /// condition, and for which it has this one.
    let origin: Int
    /// The call that acquired the lock. Its session holds the lock.
    let call: CallID
    let since: Timestamp
    /// Whether the lock comes from a holder whose session ended.
    let wasAbandoned: Bool
    /// How often the holder has acquired it.
    var count = 1

    /// Whether it was acquired after a wait at a condition.
    var isResumed: Bool { origin != token }
    var session: SessionID { call.session }
    var holder: Holder { Holder(session: session, since: since, fencingToken: token) }
}

/// A call that would acquire a robust lock.
struct LockRequest: Sendable {
    /// What it is answered with when it has the lock.
    enum Answer: Sendable {
        /// `True`
        case plain
        /// `(token, was_abandoned)`
        case fenced
        /// What another method of the object returns.
        case other(Reply)
    }

    let call: CallID
    let since: Timestamp
    var answer = Answer.plain
    /// The tenure that it takes up again; `nil` for a new one.
    var resumed: LockTenure?
    /// Whether other calls of the session go on while it waits.
    var sessionIsShared = false
    /// The tokens of the locks that the caller holds by other sessions and keeps while it waits.
    var kept: [Int] = []
    /// Whether it waits, and without a limit of time.
    var isEndless = false

    func reply(_ tenure: LockTenure) -> Reply {
        switch answer {
        case .plain: .bool(true)
        case .fenced: .value(FragmentBuilder.tuple([Fragment(tenure.token), Fragment(tenure.wasAbandoned)]))
        case .other(let reply): reply
        }
    }

    /// What it is answered with when it does not get the lock in time.
    var refusal: Reply {
        if case .fenced = answer { .none } else { .bool(false) }
    }

    /// Whether the lock cannot be released before this call is answered.
    func keeps(_ tenure: LockTenure) -> Bool {
        !sessionIsShared && tenure.session == call.session || kept.contains(tenure.origin)
    }
}
