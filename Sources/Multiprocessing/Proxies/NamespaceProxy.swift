import Pickle

/// Named values on a server. Python's `NamespaceProxy`.
///
/// <!-- given: namespace: NamespaceProxy -->
/// ```swift
/// try await namespace.limit.set(3)
/// let limit = try await namespace.limit.get(as: Int.self)
/// try await namespace.done.increment(by: 1)
/// ```
///
/// A name that the proxy itself has (`object`, `merge`, `snapshot`, `repr`, `pickled`) is written as `namespace["object"]`.
@dynamicMemberLookup
public struct NamespaceProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// An attribute, which need not be there yet.
    public subscript(dynamicMember name: String) -> NamespaceAttribute { self[name] }

    /// An attribute, which need not be there yet.
    public subscript(name: String) -> NamespaceAttribute { NamespaceAttribute(object: object, name: name) }

    /// All attributes, in one call.
    public func snapshot() async throws -> [String: PickleValue] {
        let namespace: PickleValue = try await object.value()
        guard case .instance(let instance) = namespace, case .dictionary(let attributes) = instance.state ?? [:] else {
            throw ManagerError(.unexpectedValue, "the server's \(object.typeID) is no Namespace, but \(namespace)")
        }
        return Dictionary(attributes.compactMap { name, value in name.text.map { ($0, value) } }) { $1 }
    }

    /// Sets these attributes, in one call.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func merge(_ attributes: [String: any Encodable & Sendable]) async throws {
        let _: PickleValue = try await object.extended(
            "update", [], try attributes.map { name, value in (name: name, value: try Fragment(encoding: value)) },
            orElse: "set the attributes one by one: namespace.name.set(value)")
    }
}

/// One attribute of a namespace.
public struct NamespaceAttribute: Sendable {
    let object: ObjectProxy
    /// The attribute's name.
    public let name: String

    private var key: Fragment {
        get throws { try Fragment(encoding: name) }
    }

    /// The value (`namespace.name`).
    ///
    /// - Throws: ``RemoteError`` of type `attributeError` when there is none.
    public func get<Value: Decodable>(as type: Value.Type = Value.self) async throws -> Value {
        try await object.result(of: "__getattribute__", [try key])
    }

    /// The value; `nil` when there is none (`getattr(namespace, 'name', None)`).
    public func getIfPresent<Value: Decodable>(as type: Value.Type = Value.self) async throws -> Value? {
        do {
            return try await get(as: type)
        } catch let error as RemoteError where error.type == .attributeError {
            return nil
        }
    }

    /// Sets the value (`namespace.name = value`).
    public func set(_ value: some Encodable & Sendable) async throws {
        _ = try await object.send("__setattr__", [try key, try Fragment(encoding: value)])
    }

    /// Removes the attribute (`del namespace.name`).
    ///
    /// - Throws: ``RemoteError`` of type `attributeError` when there is none.
    public func remove() async throws {
        _ = try await object.send("__delattr__", [try key])
    }
}

// MARK: - Atomic updates beyond CPython

extension NamespaceAttribute {
    /// Sets the value.
    ///
    /// - Returns: the one that it was; `nil` when there was none.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func exchange<Value: Codable & Sendable>(_ value: Value) async throws -> Value? {
        let arguments = [try key, try Fragment(encoding: value), try Fragment(Previous<Value>.absence)]
        let previous: Previous<Value> = try await object.extended("exchange", arguments, orElse: ObjectProxy.lockInstead)
        return previous.value
    }

    /// Sets the value, or removes the attribute, if it is the expected one, by Python's `==`.
    ///
    /// - Parameters:
    ///   - expected: the value that it must have; `nil` when there must be none.
    ///   - new: the value that it gets; `nil` to remove it.
    /// - Returns: whether it was as expected.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func compareAndSet<Value: Encodable & Sendable>(expected: Value?, new: Value?) async throws -> Bool {
        let values = [("expected", expected), ("new", new)].compactMap { name, value in value.map { (name, $0) } }
        return try await object.extended(
            "compare_and_set", [try key], try values.map { (name: $0.0, value: try Fragment(encoding: $0.1)) }, orElse: ObjectProxy.lockInstead)
    }

    /// Adds to the value, as Python's `+=` does; from 0 on when there is none.
    ///
    /// - Returns: the new value.
    /// - Throws: ``RemoteError`` `TypeError` when it is no number; ``ManagerError`` of code `notSupported` towards CPython.
    @discardableResult
    public func increment(by amount: Int = 1) async throws -> Int { try await add(amount) }

    /// Adds a number of another type to the value.
    ///
    /// - Returns: the new value.
    /// - Throws: as ``increment(by:)``.
    @discardableResult
    public func increment<Value: Codable & Sendable & ExpressibleByIntegerLiteral>(by amount: Value) async throws -> Value {
        try await add(amount)
    }

    private func add<Value: Codable & Sendable>(_ amount: Value) async throws -> Value {
        try await object.extended("increment", [try key, try Fragment(encoding: amount)], orElse: ObjectProxy.lockInstead)
    }
}
