import Pickle

/// One value on a server. Python's `ValueProxy`.
public struct ValueProxy<Value: Codable & Sendable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// The value (`value.get()`, `value.value`).
    public func get() async throws -> Value {
        try await object.result(of: "get", [])
    }

    /// Sets the value (`value.set(new)`, `value.value = new`).
    public func set(_ value: Value) async throws {
        _ = try await object.send("set", [try Fragment(encoding: value)])
    }

    /// Sets the value.
    ///
    /// - Returns: the one that it was.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func exchange(_ value: Value) async throws -> Value {
        try await object.extended("exchange", [try Fragment(encoding: value)], orElse: ObjectProxy.lockInstead)
    }

    /// Sets the value if it is the expected one, by Python's `==`.
    ///
    /// - Returns: whether it was.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func compareAndSet(expected: Value, new: Value) async throws -> Bool {
        try await object.extended(
            "compare_and_set", [try Fragment(encoding: expected), try Fragment(encoding: new)], orElse: ObjectProxy.lockInstead)
    }
}

extension ValueProxy where Value: ExpressibleByIntegerLiteral {
    /// Adds to the value, as Python's `+=` does.
    ///
    /// - Returns: the new value.
    /// - Throws: ``RemoteError`` `TypeError` when it is no number; ``ManagerError`` of code `notSupported` towards CPython.
    @discardableResult
    public func increment(by amount: Value = 1) async throws -> Value {
        try await object.extended("increment", [try Fragment(encoding: amount)], orElse: ObjectProxy.lockInstead)
    }
}
