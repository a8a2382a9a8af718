import Pickle

/// One acquisition of a robust lock, from its beginning to its end.
struct LockTenure: Sendable {
    /// Its fencing token: higher than that of every acquisition before it.
    let token: Int
    /// The call that acquired the lock. Its session holds the lock.
    let call: CallID
    let since: Timestamp
    /// Whether the lock comes from a holder whose session ended.
    let wasAbandoned: Bool
    /// How often the holder has acquired it.
    var count = 1

    var session: SessionID { call.session }
    var holder: Holder { Holder(session: session, since: since, fencingToken: token) }
}

/// A call that would acquire a robust lock.
struct LockRequest: Sendable {
    let call: CallID
    let since: Timestamp
    /// Whether it is answered with the token.
    var isFenced = false
    /// Whether other calls of the session go on while it waits.
    var sessionIsShared = false
    /// The tokens of the locks that the caller holds by other sessions and keeps while it waits.
    var kept: [Int] = []

    /// What it is answered with when it has the lock.
    func reply(_ tenure: LockTenure) -> Reply {
        guard isFenced else { return .bool(true) }
        return .value(FragmentBuilder.tuple([Fragment(tenure.token), Fragment(tenure.wasAbandoned)]))
    }

    /// Whether the lock cannot be released before this call is answered.
    func keeps(_ tenure: LockTenure) -> Bool {
        !sessionIsShared && tenure.session == call.session || kept.contains(tenure.token)
    }
}
