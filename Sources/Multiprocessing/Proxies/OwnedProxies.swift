import Pickle

/// A lock on a server that its owner may take again, of a `threading.RLock`.
///
/// In Python its owner is a thread; here it is the task that runs ``withLock(_:)``, with its child tasks.
public struct RLockProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Holds the lock while the body runs (`with lock:`); within the body it can be taken again.
    public func withLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await object.owning(body)
    }

    /// Waits for the lock no longer than this, and holds it while the body runs (`lock.acquire(timeout=…)`).
    ///
    /// - Returns: what the body returns; `nil` when the lock was not to be had.
    public func withLock<Result>(timeout: Duration, _ body: () async throws -> Result) async throws -> Result? {
        try await OwnedSession.with(object.reference) {
            guard try await object.result(of: "acquire", [.true, try Fragment(encoding: timeout.inSeconds)]) else { return nil }
            return try await releasing(object, body)
        }
    }
}

/// A condition on a server, of a `threading.Condition`.
///
/// ```swift
/// try await condition.withLock {
///     try await condition.wait { try await queue.count > 0 }
/// }
/// ```
public struct ConditionProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Holds the condition's lock while the body runs (`with condition:`). The other methods are for the body.
    public func withLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await object.owning(body)
    }

    /// Gives the lock up, waits to be notified, and has the lock again (`condition.wait()`).
    ///
    /// - Throws: ``RemoteError`` of type `runtimeError` outside of ``withLock(_:)``.
    public func wait() async throws {
        _ = try await object.send("wait", [.none])
    }

    /// Waits no longer than this to be notified (`condition.wait(timeout)`).
    ///
    /// - Returns: whether it was notified. Python 2.7 does not tell, and it is `false` then.
    public func wait(timeout: Duration) async throws -> Bool {
        let notified: Bool? = try await object.result(of: "wait", [try Fragment(encoding: timeout.inSeconds)])
        return notified ?? false
    }

    /// Waits until what the condition stands for holds (`condition.wait_for(predicate)`).
    public func wait(until predicate: () async throws -> Bool) async throws {
        while try await !predicate() { try await wait() }
    }

    /// Wakes one who waits, or as many as are named (`condition.notify(n)`).
    public func notify(_ count: Int = 1) async throws {
        _ = try await object.send("notify", [Fragment(count)])
    }

    /// Wakes all who wait (`condition.notify_all()`).
    public func notifyAll() async throws {
        _ = try await object.send("notify_all", [])
    }
}

extension ObjectProxy {
    /// Acquires the object, and owns it while the body runs.
    fileprivate func owning<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await OwnedSession.with(reference) {
            _ = try await send("acquire", [])
            return try await releasing(self, body)
        }
    }
}
