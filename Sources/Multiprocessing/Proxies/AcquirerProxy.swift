import Pickle
import Synchronization

/// What can be acquired and released by hand, too. Python's `AcquirerProxy`.
///
/// Prefer the methods with a body: they release whatever happens. What is robust and was acquired by hand is held by a connection of its own until it is
/// released through this proxy or a copy of it; when the last of these is gone, it is abandoned.
public protocol AcquirerProxy: LockableProxy {}

extension AcquirerProxy {
    public static var isReentrant: Bool { false }

    /// Waits for it and takes it (`lock.acquire()`).
    ///
    /// - Throws: ``RemoteError`` that ``RemoteError/isDeadlock`` when it would wait for ever.
    public func acquire() async throws {
        _ = try await object.acquireByHand(.forever)
    }

    /// Waits for it, but no longer than this (`lock.acquire(timeout=…)`, which Python 2.7 does not have).
    ///
    /// - Returns: whether it is now held.
    public func acquire(timeout: Duration) async throws -> Bool {
        try await object.acquireByHand(.limited(timeout))
    }

    /// Takes it if it is to be had at once (`lock.acquire(False)`).
    ///
    /// - Returns: whether it is now held.
    public func acquireIfAvailable() async throws -> Bool {
        try await object.acquireByHand(.never)
    }

    /// Gives it up (`lock.release()`). Anyone may, unless it is robust.
    ///
    /// - Throws: ``RemoteError`` when nobody holds it, or it is robust and was not acquired here. The release is carried out even when the task is
    ///   cancelled.
    public func release() async throws {
        try await object.releaseByHand()
    }

    /// The last acquisition by hand that has not been released; `nil` when there is none, or it is not robust.
    public var holding: LockHolding? { object.reference.acquiredByHand.withLock { $0.last?.holding } }
}

/// A lock on a server: a robust one, which belongs to who acquired it, or one of a `threading.Lock`, which anyone may release.
public struct LockProxy: AcquirerProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Whether somebody holds it (`lock.locked()`).
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython before 3.14.
    public var isLocked: Bool {
        get async throws { try await object.extended("locked", [], orElse: "acquireIfAvailable() takes it where it is free") }
    }
}

/// A counter on a server that is acquired and released, of a `threading.Semaphore` or `BoundedSemaphore`.
public struct SemaphoreProxy: AcquirerProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Releases it so many times at once (`semaphore.release(n)`, which Python has since 3.9).
    ///
    /// - Parameter count: 1 or more.
    /// - Throws: ``RemoteError`` `ValueError` when it is less, or more than a bounded or robust one was acquired.
    public func release(_ count: Int) async throws {
        guard count > 0, try await object.isRobust else { return try await sendRelease(object, [Fragment(count)]) }
        for _ in 0..<count { try await object.releaseByHand() }
    }
}
