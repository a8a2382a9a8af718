import Pickle

/// What one queue may hold at most, whatever its own bound: what is put beyond it is refused with Python's `MemoryError`. Items that come back, from a
/// lease for example, always find room. A work queue's dead letters count as items that wait do.
public struct QueueLimits: Sendable {
    /// How many items may wait in it.
    public var items: Int
    /// How many bytes these may have, pickled.
    public var bytes: Int

    public init(items: Int = 100_000_000, bytes: Int = 64 << 30) {
        self.items = items
        self.bytes = bytes
    }

    /// - Parameters:
    ///   - added: what is to be put.
    ///   - items: how many items there are.
    ///   - bytes: how many bytes these have.
    ///   - remark: which items there are that a caller may not think of.
    /// - Throws: `MemoryError` when there is no room for all that is to be added.
    func check(_ added: [Fragment], to items: Int, _ bytes: Int, _ remark: String = "") throws(PythonException) {
        guard items + added.count <= self.items else { throw Self.exceeded("\(self.items) items", remark) }
        guard bytes + added.byteCount <= self.bytes else { throw Self.exceeded("\(self.bytes) bytes", remark) }
    }

    private static func exceeded(_ limit: String, _ remark: String) -> PythonException {
        PythonException("MemoryError", "a queue may hold \(limit)\(remark), as the manager's server is configured")
    }
}

extension [Fragment] {
    /// The bytes of all, pickled.
    var byteCount: Int { reduce(0) { $0 + $1.body.count } }
}

/// How the queues are that clients make.
public struct QueueSettings: Sendable {
    public var limits: QueueLimits
    /// Whether a `JoinableQueue` delivers again what a session took and did not say to be done (`task_done`) before it ended, as
    /// ``ManagedQueue/init(capacity:order:redelivers:limits:)`` tells.
    public var joinableQueuesRedeliver: Bool

    public init(limits: QueueLimits = QueueLimits(), joinableQueuesRedeliver: Bool = false) {
        self.limits = limits
        self.joinableQueuesRedeliver = joinableQueuesRedeliver
    }
}
