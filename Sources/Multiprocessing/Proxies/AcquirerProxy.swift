import Pickle

/// What can be acquired and released. Python's `AcquirerProxy`.
public protocol AcquirerProxy: Proxy {}

extension AcquirerProxy {
    /// Holds it while the body runs (`with lock:`). A cancelled wait holds nothing.
    public func withLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await acquire()
        return try await releasing(object, body)
    }

    /// Waits for it and takes it (`lock.acquire()`).
    public func acquire() async throws {
        _ = try await object.send("acquire", [])
    }

    /// Waits for it, but no longer than this (`lock.acquire(timeout=…)`, which Python 2.7 does not have).
    ///
    /// - Returns: whether it is now held.
    public func acquire(timeout: Duration) async throws -> Bool {
        try await object.result(of: "acquire", [.true, try Fragment(encoding: timeout.inSeconds)])
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
}

/// A counter on a server that is acquired and released, of a `threading.Semaphore` or `BoundedSemaphore`.
public struct SemaphoreProxy: AcquirerProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }
}

/// Runs the body and releases the object afterwards, whatever happens.
func releasing<Result>(_ object: ObjectProxy, _ body: () async throws -> Result) async throws -> Result {
    do {
        let result = try await body()
        try await sendRelease(object)
        return result
    } catch {
        try? await sendRelease(object)
        throw error
    }
}

/// Releases the object even when the task is cancelled.
func sendRelease(_ object: ObjectProxy) async throws {
    _ = try await Task { try await object.send("release", []) }.value
}
