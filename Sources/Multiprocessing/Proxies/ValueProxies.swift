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
}

/// Named values on a server. Python's `NamespaceProxy`.
public struct NamespaceProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// The value of an attribute (`namespace.name`).
    ///
    /// - Throws: ``RemoteError`` of type `attributeError` when there is none.
    public func get<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) async throws -> Value {
        try await object.result(of: "__getattribute__", [try Fragment(.string(name))])
    }

    /// Sets an attribute (`namespace.name = value`).
    public func set(_ name: String, to value: some Encodable & Sendable) async throws {
        _ = try await object.send("__setattr__", [try Fragment(.string(name)), try Fragment(encoding: value)])
    }

    /// Removes an attribute (`del namespace.name`).
    public func remove(_ name: String) async throws {
        _ = try await object.send("__delattr__", [try Fragment(.string(name))])
    }
}
