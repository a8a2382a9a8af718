import Pickle

/// A lock on a server that belongs to who took it. In Python its owner is a thread; here it is the task that runs ``LockableProxy/withLock(_:)-(()->Result)``, with
/// its child tasks.
public protocol OwnedProxy: LockableProxy {}

extension OwnedProxy {
    public static var isReentrant: Bool { true }
}

/// A lock on a server that its owner may take again, of a `threading.RLock`.
public struct RLockProxy: OwnedProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }
}

/// A condition on a server, of a `threading.Condition`. All but the `withLock` methods are for the body of one.
///
/// <!-- given: condition: ConditionProxy, queue: QueueProxy<Int> -->
/// ```swift
/// try await condition.withLock {
///     try await condition.wait { try await queue.count > 0 }
/// }
/// ```
public struct ConditionProxy: OwnedProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Gives the lock up, waits to be notified, and has the lock again (`condition.wait()`).
    ///
    /// - Throws: ``RemoteError`` of type `runtimeError` outside of ``LockableProxy/withLock(_:)-(()->Result)``.
    public func wait() async throws {
        _ = try await object.send("wait", [.none])
    }

    /// Waits no longer than this to be notified (`condition.wait(timeout)`).
    ///
    /// - Returns: whether it was notified. Python 2.7 does not tell, and it is `false` then.
    public func wait(for timeout: Duration) async throws -> Bool {
        let notified: Bool? = try await object.result(of: "wait", [try Fragment(timeout)])
        return notified ?? false
    }

    /// Waits until what the condition stands for holds (`condition.wait_for(predicate)`).
    public func wait(until predicate: () async throws -> Bool) async throws {
        while try await !predicate() { try await wait() }
    }

    /// Waits until what the condition stands for holds, but no longer than this (`condition.wait_for(predicate, timeout)`).
    ///
    /// - Returns: whether it holds.
    public func wait(for timeout: Duration, until predicate: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + timeout
        while try await !predicate() {
            let left = end - .now
            guard left > .zero else { return false }
            _ = try await wait(for: left)
        }
        return true
    }

    /// The acquisition of its lock by this task, when it is robust. After a wait it is another than the one that the body was given: it has a higher
    /// token, and the lock may have been abandoned meanwhile.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` when it is not robust; ``RemoteError`` of type `runtimeError` outside of
    ///   ``LockableProxy/withLock(_:)-(()->Result)``.
    public var holding: LockHolding {
        get async throws {
            guard try await object.isRobust else { throw object.isNotRobust }
            let token: Int = try await object.result(of: "fencing_token", [])
            return LockHolding(token: FencingToken(token), wasAbandoned: try await object.result(of: "was_abandoned", []))
        }
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
