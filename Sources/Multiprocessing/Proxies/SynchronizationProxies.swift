import Pickle

/// A lock on a server. Python's `AcquirerProxy` of a `threading.Lock`.
public struct LockProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Holds the lock while the body runs (`with lock:`). A cancelled wait holds nothing.
    public func withLock<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await acquire()
        do {
            let result = try await body()
            try await release()
            return result
        } catch {
            try? await release()
            throw error
        }
    }

    /// Waits for the lock and takes it (`lock.acquire()`).
    public func acquire() async throws {
        _ = try await object.send("acquire", [])
    }

    /// Waits for the lock, but no longer than this (`lock.acquire(timeout=…)`).
    ///
    /// - Returns: whether it is now held.
    public func acquire(timeout: Duration) async throws -> Bool {
        try await object.result(of: "acquire", [.true, try Fragment(encoding: timeout.inSeconds)])
    }

    /// Gives the lock up (`lock.release()`); anyone may.
    ///
    /// - Throws: ``RemoteError`` when nobody holds it. The release is carried out even when the task is cancelled.
    public func release() async throws {
        let object = object
        _ = try await Task { try await object.send("release", []) }.value
    }
}

/// A flag on a server that can be waited for. Python's `EventProxy`.
public struct EventProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Whether the flag is set (`event.is_set()`).
    public var isSet: Bool {
        get async throws { try await object.result(of: "is_set", []) }
    }

    /// Sets the flag and wakes all who wait (`event.set()`).
    public func set() async throws {
        _ = try await object.send("set", [])
    }

    /// Takes the flag back (`event.clear()`).
    public func clear() async throws {
        _ = try await object.send("clear", [])
    }

    /// Waits until the flag is set (`event.wait()`).
    public func wait() async throws {
        _ = try await object.send("wait", [.none])
    }

    /// Waits until the flag is set, but no longer than this (`event.wait(timeout)`).
    ///
    /// - Returns: whether it is set.
    public func wait(for timeout: Duration) async throws -> Bool {
        try await object.result(of: "wait", [try Fragment(encoding: timeout.inSeconds)])
    }
}
