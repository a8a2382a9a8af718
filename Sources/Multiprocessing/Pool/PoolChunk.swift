import Synchronization

/// What one call has given to a pool: by it, its tasks are found again.
struct PoolCallID: Hashable, Sendable {
    private let number: UInt64
    private static let last = Atomic<UInt64>(0)

    init() { number = Self.last.add(1, ordering: .relaxed).newValue }
}

/// Tasks that go to a worker together, less those that it has finished.
struct PoolChunk: Sendable {
    /// What became of a task.
    enum End: Sendable {
        case reply(PoolReply)
        case lost(ChildProcess.ExitStatus)
        /// The pool has ended before the task.
        case abandoned(ProcessError)
    }

    let call: PoolCallID
    /// The mangled name of the tasks' type.
    let typeName: [UInt8]
    /// The pickled fields of each task.
    var tasks: ArraySlice<[UInt8]>
    /// The place of the first of these tasks among all of the call.
    var firstIndex: Int
    /// How often the first of these tasks has been lost.
    var losses = 0
    /// Is told of each task's end.
    let deliver: @Sendable (_ index: Int, _ end: End) -> Void

    var message: LinkMessage { LinkMessage([typeName] + tasks) }

    /// The first tasks, which are removed.
    mutating func split(_ count: Int) -> PoolChunk {
        var first = self
        first.tasks = tasks.prefix(count)
        removeFirst(first.tasks.count)
        return first
    }

    /// Goes on to the next task.
    mutating func removeFirst(_ count: Int = 1) {
        tasks = tasks.dropFirst(count)
        firstIndex += count
        losses = 0
    }

    /// Tells of the first task's end; to be called outside of any lock.
    func end(_ end: End) { deliver(firstIndex, end) }

    /// Tells that all of these tasks have ended so.
    func endAll(_ end: End) {
        for offset in 0..<tasks.count { deliver(firstIndex + offset, end) }
    }
}
