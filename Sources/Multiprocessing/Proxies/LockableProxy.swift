/// What can be held while a body runs.
///
/// <!-- given: lock: LockProxy, list: ListProxy<Int> -->
/// ```swift
/// try await lock.withLock { try await list.append(1) }
/// ```
///
/// Of all three forms, the plain one waits, the one with a `timeout` waits no longer than that, and the one that ends in `IfAvailable` does not wait.
/// The bodies that take a ``LockHolding`` are for robust locks, as ``Manager/lock(robust:)`` makes them.
public protocol LockableProxy: Proxy {
    /// Whether the task that holds it, with its child tasks, may take it again.
    static var isReentrant: Bool { get }
}

extension LockableProxy {
    /// Holds it while the body runs (`with lock:`). A cancelled wait holds nothing.
    ///
    /// - Throws: ``RemoteError`` that ``RemoteError/isDeadlock`` when it would wait for ever; what the body throws. When the connection was lost by which
    ///   a robust lock was held, a ``ManagerError`` of code `connectionLost` after the body: another may have held the lock meanwhile.
    public func withLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        try acquired(try await hold(.forever, body))
    }

    /// Holds it while the body runs, if it is to be had within this time (`lock.acquire(timeout=…)`, which Python 2.7 does not have).
    ///
    /// - Returns: what the body returns; `nil` when it was not to be had.
    public func withLock<Result>(timeout: Duration, _ body: () async throws -> Result) async throws -> Result? {
        try await hold(.limited(timeout), body)
    }

    /// Holds it while the body runs, if it is to be had at once (`lock.acquire(False)`).
    ///
    /// - Returns: what the body returns; `nil` when it was not to be had.
    public func withLockIfAvailable<Result>(_ body: () async throws -> Result) async throws -> Result? {
        try await hold(.never, body)
    }

    /// Holds a robust lock while the body runs, which is told of the acquisition.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` when the lock is not robust; as the form whose body takes nothing.
    public func withLock<Result>(_ body: (LockHolding) async throws -> Result) async throws -> Result {
        try acquired(try await holdRobustly(.forever, body))
    }

    /// Holds a robust lock while the body runs, if it is to be had within this time.
    ///
    /// - Returns: what the body returns; `nil` when it was not to be had.
    /// - Throws: ``ManagerError`` of code `notSupported` when the lock is not robust.
    public func withLock<Result>(timeout: Duration, _ body: (LockHolding) async throws -> Result) async throws -> Result? {
        try await holdRobustly(.limited(timeout), body)
    }

    /// Holds a robust lock while the body runs, if it is to be had at once.
    ///
    /// - Returns: what the body returns; `nil` when it was not to be had.
    /// - Throws: ``ManagerError`` of code `notSupported` when the lock is not robust.
    public func withLockIfAvailable<Result>(_ body: (LockHolding) async throws -> Result) async throws -> Result? {
        try await holdRobustly(.never, body)
    }

    /// Whether the lock survives its holder.
    public var isRobust: Bool {
        get async throws { try await object.isRobust }
    }
}

extension LockableProxy {
    private func hold<Result>(_ wait: LockWait, _ body: () async throws -> Result) async throws -> Result? {
        if try await object.isRobust { return try await holdRobustly(wait) { (_: LockHolding) in try await body() } }
        guard Self.isReentrant else { return try await holdPlainly(wait, body) }
        return try await OwnedSession.with(object.reference) { try await holdPlainly(wait, body) }
    }

    private func holdPlainly<Result>(_ wait: LockWait, _ body: () async throws -> Result) async throws -> Result? {
        try await object.acquire(wait) ? try await releasing(object, body) : nil
    }

    private func holdRobustly<Result>(_ wait: LockWait, _ body: (LockHolding) async throws -> Result) async throws -> Result? {
        guard try await object.isRobust else { throw object.isNotRobust }
        return try await OwnedSession.with(object.reference, isNew: !Self.isReentrant) {
            guard let holding = try await object.acquireFenced(wait) else { return nil }
            return try await releasing(object) { try await TaskHoldings.with(holding.token) { try await body(holding) } }
        }
    }

    private func acquired<Result>(_ result: Result?) throws -> Result {
        guard let result else { throw ManagerError(.protocolViolation, "the \(object.typeID) was not acquired, though the call waited for it") }
        return result
    }
}
