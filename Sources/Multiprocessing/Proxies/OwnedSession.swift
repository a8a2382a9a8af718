/// The session that owns an object for a while: an `RLock`, a `Condition` and robust locks belong to the connection that acquired
/// them, as they belong to a thread in Python.
///
/// It is the task's: what the task and its child tasks call on that object meanwhile goes over this session.
struct OwnedSession: Sendable {
    @TaskLocal private static var all: [OwnedSession] = []

    private let identifier: String
    private let client: ManagerClient
    private let session: ManagerClient.Session

    /// The session by which this task owns the object; `nil` when it does not.
    static func current(of reference: ObjectReference) -> ManagerClient.Session? {
        all.last { $0.identifier == reference.identifier && $0.client === reference.client }?.session
    }

    /// Runs the body with one session for all calls on the object: the one that is there, or another.
    ///
    /// - Parameter isNew: whether it is another in any case.
    static func with<Result>(_ reference: ObjectReference, isNew: Bool = false, _ body: () async throws -> Result) async throws -> Result {
        if !isNew, current(of: reference) != nil { return try await body() }
        try await reference.taken()
        return try await reference.client.withSession { session in
            let own = OwnedSession(identifier: reference.identifier, client: reference.client, session: session)
            return try await $all.withValue(all + [own]) { try await body() }
        }
    }
}
