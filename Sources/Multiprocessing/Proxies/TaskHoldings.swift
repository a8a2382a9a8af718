/// The robust locks that a task holds for bodies which have not ended: while it waits for another lock, it cannot release them.
///
/// A server learns of a deadlock by it, since each of the locks is held by a connection of its own. Only the task itself counts: while a child
/// task waits, its parent may go on.
struct TaskHoldings: Sendable {
    @TaskLocal private static var all: [TaskHoldings] = []

    private let task: Int
    private let token: FencingToken

    /// Runs the body while this task holds a lock.
    static func with<Result>(_ token: FencingToken, _ body: () async throws -> Result) async rethrows -> Result {
        guard let task = currentTask else { return try await body() }
        return try await $all.withValue(all + [TaskHoldings(task: task, token: token)], operation: body)
    }

    /// What this task holds itself.
    static var tokens: [FencingToken] {
        guard let task = currentTask else { return [] }
        return all.filter { $0.task == task }.map(\.token)
    }

    /// A number that no other living task has.
    private static var currentTask: Int? { withUnsafeCurrentTask { $0?.hashValue } }
}
