import Pickle

/// What can be acquired and released. Python's `AcquirerProxy`.
///
/// <!-- given: lock: LockProxy, list: ListProxy<Int> -->
/// ```swift
/// try await lock.withLock { try await list.append(1) }
/// ```
///
/// Prefer the methods with a body: they release whatever happens. Of all three forms, the plain one waits, the one with a `timeout` waits
/// no longer than that, and the one that ends in `IfAvailable` does not wait.
public protocol AcquirerProxy: Proxy {}

extension AcquirerProxy {
    /// Holds it while the body runs (`with lock:`). A cancelled wait holds nothing.
    public func withLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await acquire()
        return try await releasing(object, body)
    }

    /// Holds it while the body runs, if it is to be had within this time.
    ///
    /// - Returns: what the body returns; `nil` when it was not to be had.
    public func withLock<Result>(timeout: Duration, _ body: () async throws -> Result) async throws -> Result? {
        try await acquire(timeout: timeout) ? try await releasing(object, body) : nil
    }

    /// Holds it while the body runs, if it is to be had at once.
    ///
    /// - Returns: what the body returns; `nil` when it was not to be had.
    public func withLockIfAvailable<Result>(_ body: () async throws -> Result) async throws -> Result? {
        try await acquireIfAvailable() ? try await releasing(object, body) : nil
    }

    /// Waits for it and takes it (`lock.acquire()`).
    public func acquire() async throws {
        _ = try await object.send("acquire", [])
    }

    /// Waits for it, but no longer than this (`lock.acquire(timeout=…)`, which Python 2.7 does not have).
    ///
    /// - Returns: whether it is now held.
    public func acquire(timeout: Duration) async throws -> Bool {
        try await object.acquire(timeout: timeout)
    }

    /// Takes it if it is to be had at once (`lock.acquire(False)`).
    ///
    /// - Returns: whether it is now held.
    public func acquireIfAvailable() async throws -> Bool {
        try await object.acquireIfAvailable()
    }

    /// Gives it up (`lock.release()`); anyone may.
    ///
    /// - Throws: ``RemoteError`` when nobody holds it. The release is carried out even when the task is cancelled.
    public func release() async throws {
        try await sendRelease(object)
    }
}

/// A lock on a server, of a `threading.Lock`. Anyone may release it.
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
    /// - Throws: ``RemoteError`` `ValueError` when it is less, or more than a bounded one was acquired.
    public func release(_ count: Int) async throws {
        try await sendRelease(object, [Fragment(count)])
    }
}

extension ObjectProxy {
    func acquire(timeout: Duration) async throws -> Bool {
        try await result(of: "acquire", [.true, try Fragment(timeout)])
    }

    func acquireIfAvailable() async throws -> Bool {
        try await result(of: "acquire", [.false])
    }
}

/// Runs the body and releases the object afterwards, whatever happens.
func releasing<Result>(_ object: ObjectProxy, _ body: () async throws -> Result) async throws -> Result {
    let result: Result
    do {
        result = try await body()
    } catch {
        try? await sendRelease(object)
        throw error
    }
    try await sendRelease(object)
    return result
}

/// Releases the object even when the task is cancelled or its time is over.
func sendRelease(_ object: ObjectProxy, _ arguments: [Fragment] = []) async throws {
    try await givingBack { _ = try await object.send("release", arguments) }
}
