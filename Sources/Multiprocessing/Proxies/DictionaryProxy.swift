import Pickle

/// A `dict` on a server. Python's `DictProxy`.
///
/// Keys follow Python's equality: `1`, `1.0` and `true` are one key. Every method is one round trip, and one step for all others who use
/// the dictionary.
public struct DictionaryProxy<Key: Codable & Sendable, Value: Codable & Sendable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many entries there are (`len(d)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// Whether there are none.
    public var isEmpty: Bool {
        get async throws { try await count == 0 }
    }

    /// Removes all entries (`d.clear()`).
    public func removeAll() async throws {
        _ = try await object.send("clear", [])
    }
}

// MARK: - One key

extension DictionaryProxy {
    /// The value of a key; `nil` when there is none (`d.get(key)`).
    public func value(forKey key: Key) async throws -> Value? {
        try await orNil("__getitem__", [try Fragment(encoding: key)])
    }

    /// The value of a key, or another when there is none (`d.get(key, default)`).
    public func value(forKey key: Key, default value: Value) async throws -> Value {
        try await object.result(of: "get", [try Fragment(encoding: key), try Fragment(encoding: value)])
    }

    /// The value of a key, which is set when there was none (`d.setdefault(key, value)`).
    public func value(forKey key: Key, settingDefault value: Value) async throws -> Value {
        try await object.result(of: "setdefault", [try Fragment(encoding: key), try Fragment(encoding: value)])
    }

    /// Whether there is such a key (`key in d`).
    public func contains(_ key: Key) async throws -> Bool {
        try await object.result(of: "__contains__", [try Fragment(encoding: key)])
    }

    /// Sets the value of a key (`d[key] = value`).
    public func setValue(_ value: Value, forKey key: Key) async throws {
        _ = try await object.send("__setitem__", [try Fragment(encoding: key), try Fragment(encoding: value)])
    }

    /// Removes a key.
    ///
    /// - Returns: the value that it had; `nil` when there was none (`d.pop(key, None)`).
    @discardableResult
    public func removeValue(forKey key: Key) async throws -> Value? {
        try await orNil("pop", [try Fragment(encoding: key)])
    }

    /// Removes the entry that came last; Python 2.7 takes any (`d.popitem()`).
    ///
    /// - Returns: the entry; `nil` when there was none.
    @discardableResult
    public func popLast() async throws -> (key: Key, value: Value)? {
        let entry: Entry<Key, Value>? = try await orNil("popitem", [])
        return entry.map { ($0.key, $0.value) }
    }

    /// What a method returns; `nil` when it raises a `KeyError`.
    private func orNil<Result: Decodable>(_ method: String, _ arguments: [Fragment]) async throws -> Result? {
        do {
            let result: Result = try await object.result(of: method, arguments)
            return result
        } catch let error as RemoteError where error.type == .keyError && !error.isMissing(method) {
            return nil
        }
    }
}

// MARK: - Atomic updates beyond CPython

extension DictionaryProxy {
    /// Sets the value of a key.
    ///
    /// - Returns: the value that it had; `nil` when there was none.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython, which does not tell the old value: use ``setValue(_:forKey:)``.
    @discardableResult
    public func updateValue(_ value: Value, forKey key: Key) async throws -> Value? {
        let arguments = [try Fragment(encoding: key), try Fragment(encoding: value), try Fragment(Previous<Value>.absence)]
        let previous: Previous<Value> = try await object.extended(
            "exchange", arguments, orElse: "setValue(_:forKey:) sets a value without telling the old one")
        return previous.value
    }

    /// Sets the value of a key, or removes it, if it has the expected value, by Python's `==`.
    ///
    /// - Parameters:
    ///   - expected: the value that it must have; `nil` when there must be none.
    ///   - new: the value that it gets; `nil` to remove it.
    ///   - key: the key.
    /// - Returns: whether it was as expected.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func compareAndSet(expected: Value?, new: Value?, forKey key: Key) async throws -> Bool {
        let values = [("expected", expected), ("new", new)].compactMap { name, value in value.map { (name, $0) } }
        return try await object.extended(
            "compare_and_set", [try Fragment(encoding: key)], try values.map { (name: $0.0, value: try Fragment(encoding: $0.1)) },
            orElse: ObjectProxy.lockInstead)
    }
}

extension DictionaryProxy where Value: ExpressibleByIntegerLiteral {
    /// Adds to the value of a key, as Python's `+=` does; from 0 on when there is none.
    ///
    /// - Returns: the new value.
    /// - Throws: ``RemoteError`` `TypeError` when it is no number; ``ManagerError`` of code `notSupported` towards CPython.
    @discardableResult
    public func increment(_ key: Key, by amount: Value = 1) async throws -> Value {
        try await object.extended("increment", [try Fragment(encoding: key), try Fragment(encoding: amount)], orElse: ObjectProxy.lockInstead)
    }
}

// MARK: - All entries

extension DictionaryProxy {
    /// The keys, in order (`list(d.keys())`).
    public func keys() async throws -> [Key] {
        try await object.result(of: "keys", [])
    }

    /// The values, in the order of their keys (`list(d.values())`).
    public func values() async throws -> [Value] {
        try await object.result(of: "values", [])
    }

    /// All entries, in order (`list(d.items())`).
    public func entries() async throws -> [(key: Key, value: Value)] {
        let items: Entries<Key, Value> = try await object.result(of: "items", [])
        return items.pairs.map { (key: $0, value: $1) }
    }

    /// The values of these keys, in their order; `nil` for a key that is not there.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func values(forKeys keys: some Sequence<Key>) async throws -> [Value?] {
        let keys = try keys.map { try Fragment(encoding: $0) }
        let found: Entries<PickleValue, Value> = try await object.extended(
            "get_many", [FragmentBuilder.list(keys)], orElse: "entries() reads all, value(forKey:) one")
        let values = Dictionary(try found.pairs.map { (try PickleKey($0), $1) }) { $1 }
        return try keys.map { values[try PickleKey($0)] }
    }

    /// Sets all these entries (`d.update(entries)`).
    public func merge(_ entries: some Sequence<(Key, Value)>) async throws {
        _ = try await object.send("update", [try Fragment(pairs: entries)])
    }

    /// Sets all entries of a Swift dictionary (`d.update(entries)`).
    public func merge(_ entries: [Key: Value]) async throws where Key: Hashable {
        try await merge(entries.lazy.map { ($0.key, $0.value) })
    }

    /// Puts these entries in the place of all that there are.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func replaceAll(with entries: some Sequence<(Key, Value)>) async throws {
        let _: PickleValue = try await object.extended(
            "replace_all", [try Fragment(pairs: entries)], orElse: "merge(_:) adds entries, removeAll() removes them")
    }

    /// Puts the entries of a Swift dictionary in the place of all that there are.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func replaceAll(with entries: [Key: Value]) async throws where Key: Hashable {
        try await replaceAll(with: entries.lazy.map { ($0.key, $0.value) })
    }

    /// An iterator over the keys, on the server (`iter(d)`): for dictionaries that are too large for one reply.
    public func iterator() async throws -> IteratorProxy<Key> {
        try await object.result(of: "__iter__", [])
    }
}

extension DictionaryProxy where Key: Hashable {
    /// All entries as a Swift dictionary, in one call (`d.copy()`).
    public func snapshot() async throws -> [Key: Value] {
        let items: Entries<Key, Value> = try await object.result(of: "items", [])
        return Dictionary(items.pairs) { $1 }
    }
}
