import Pickle

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
        try await object.result(of: "wait", [try Fragment(timeout)])
    }
}
