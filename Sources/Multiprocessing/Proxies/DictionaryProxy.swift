import Pickle

/// A `dict` on a server. Python's `DictProxy`.
///
/// Keys follow Python's equality: `1`, `1.0` and `true` are one key.
public struct DictionaryProxy<Key: Codable & Sendable, Value: Codable & Sendable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many entries there are (`len(d)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// The value of a key; `nil` when there is none (`d.get(key)`).
    public func value(forKey key: Key) async throws -> Value? {
        do {
            return try await object.result(of: "__getitem__", [try Fragment(encoding: key)])
        } catch let error as RemoteError where error.type == .keyError {
            return nil
        }
    }

    /// Sets the value of a key (`d[key] = value`).
    public func updateValue(_ value: Value, forKey key: Key) async throws {
        _ = try await object.send("__setitem__", [try Fragment(encoding: key), try Fragment(encoding: value)])
    }

    /// Removes a key.
    ///
    /// - Returns: the value that it had; `nil` when there was none (`d.pop(key, None)`).
    @discardableResult
    public func removeValue(forKey key: Key) async throws -> Value? {
        do {
            return try await object.result(of: "pop", [try Fragment(encoding: key)])
        } catch let error as RemoteError where error.type == .keyError {
            return nil
        }
    }

    /// Whether there is such a key (`key in d`).
    public func contains(_ key: Key) async throws -> Bool {
        try await object.result(of: "__contains__", [try Fragment(encoding: key)])
    }

    /// The value of a key, which is set when there was none, in one step (`d.setdefault(key, value)`).
    public func value(forKey key: Key, settingDefault value: Value) async throws -> Value {
        try await object.result(of: "setdefault", [try Fragment(encoding: key), try Fragment(encoding: value)])
    }

    /// The keys, in order (`list(d.keys())`).
    public func keys() async throws -> [Key] {
        try await object.result(of: "keys", [])
    }

    /// The values, in the order of their keys (`list(d.values())`).
    public func values() async throws -> [Value] {
        try await object.result(of: "values", [])
    }

    /// All entries, in order, in one call (`list(d.items())`).
    public func entries() async throws -> [(key: Key, value: Value)] {
        let items: [Entry<Key, Value>] = try await object.result(of: "items", [])
        return items.map { ($0.key, $0.value) }
    }

    /// Sets all these entries in one call (`d.update(entries)`).
    public func merge(_ entries: some Sequence<(Key, Value)>) async throws {
        let pairs = try entries.map { FragmentBuilder.tuple([try Fragment(encoding: $0.0), try Fragment(encoding: $0.1)]) }
        _ = try await object.send("update", [FragmentBuilder.list(pairs)])
    }

    /// An iterator over the keys, on the server (`iter(d)`).
    public func iterator() async throws -> IteratorProxy<Key> {
        try await object.result(of: "__iter__", [])
    }

    /// Removes all entries (`d.clear()`).
    public func removeAll() async throws {
        _ = try await object.send("clear", [])
    }
}

extension DictionaryProxy where Key: Hashable {
    /// All entries as a Swift dictionary, in one call.
    public func snapshot() async throws -> [Key: Value] {
        Dictionary(try await entries().map { ($0.key, $0.value) }) { $1 }
    }
}

/// One of `dict.items()`: a tuple.
private struct Entry<Key: Codable & Sendable, Value: Codable & Sendable>: Decodable {
    let key: Key
    let value: Value

    init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        key = try parts.decode(Key.self)
        value = try parts.decode(Value.self)
    }
}
