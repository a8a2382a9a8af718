import Pickle

/// A `set` on a server. Python's `SetProxy`, which CPython has since 3.14.
///
/// Elements follow Python's equality. Every method is one round trip, and one step for all others who use the set.
public struct SetProxy<Element: Codable & Sendable & Hashable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many elements there are (`len(s)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// Whether there are none.
    public var isEmpty: Bool {
        get async throws { try await count == 0 }
    }

    /// Whether an element equals this one, as Python compares (`element in s`).
    public func contains(_ element: Element) async throws -> Bool {
        try await object.result(of: "__contains__", [try Fragment(encoding: element)])
    }

    /// All elements (`s.copy()`).
    public func elements() async throws -> Set<Element> {
        try await object.result(of: "copy", [])
    }
}

// MARK: - Changing

extension SetProxy {
    /// Adds an element (`s.add(element)`).
    public func insert(_ element: Element) async throws {
        _ = try await object.send("add", [try Fragment(encoding: element)])
    }

    /// Adds an element, and tells whether that changed something: of many who add one, it is `true` for one.
    ///
    /// - Returns: whether it was not there before.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func insertIfAbsent(_ element: Element) async throws -> Bool {
        try await object.extended("add_if_absent", [try Fragment(encoding: element)], orElse: "insert(_:) adds it without telling")
    }

    /// Removes an element (`s.remove(element)`).
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func remove(_ element: Element) async throws -> Bool {
        do {
            _ = try await object.send("remove", [try Fragment(encoding: element)])
            return true
        } catch let error as RemoteError where error.type == .keyError && !error.isMissing("remove") {
            return false
        }
    }

    /// Removes and returns any element; `nil` when there is none (`s.pop()`).
    @discardableResult
    public func popFirst() async throws -> Element? {
        do {
            let element: Element = try await object.result(of: "pop", [])
            return element
        } catch let error as RemoteError where error.type == .keyError && !error.isMissing("pop") {
            return nil
        }
    }

    /// Removes all elements (`s.clear()`).
    public func removeAll() async throws {
        _ = try await object.send("clear", [])
    }

    /// Puts these elements in the place of all that there are.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython.
    public func replaceAll(with elements: some Sequence<Element>) async throws {
        let _: PickleValue = try await object.extended(
            "replace_all", [try Fragment(list: elements)], orElse: "formUnion(_:) adds elements, removeAll() removes them")
    }

    /// Adds these elements (`s.update(others)`).
    public func formUnion(_ others: some Sequence<Element>) async throws { try await change("update", others) }

    /// Removes all but these elements (`s.intersection_update(others)`).
    public func formIntersection(_ others: some Sequence<Element>) async throws { try await change("intersection_update", others) }

    /// Removes these elements (`s.difference_update(others)`).
    public func subtract(_ others: some Sequence<Element>) async throws { try await change("difference_update", others) }

    /// Removes those of these elements that are there, and adds the others (`s.symmetric_difference_update(others)`).
    public func formSymmetricDifference(_ others: some Sequence<Element>) async throws {
        try await change("symmetric_difference_update", others)
    }

    private func change(_ method: String, _ others: some Sequence<Element>) async throws {
        _ = try await object.send(method, [try Fragment(list: others)])
    }
}

// MARK: - Combining and comparing

extension SetProxy {
    /// The elements with these (`s.union(others)`); the set stays as it is.
    public func union(_ others: some Sequence<Element>) async throws -> Set<Element> { try await ask("union", others) }

    /// Those elements that are among these (`s.intersection(others)`).
    public func intersection(_ others: some Sequence<Element>) async throws -> Set<Element> { try await ask("intersection", others) }

    /// The elements without these (`s.difference(others)`).
    public func subtracting(_ others: some Sequence<Element>) async throws -> Set<Element> { try await ask("difference", others) }

    /// What is in one of both only (`s.symmetric_difference(others)`).
    public func symmetricDifference(_ others: some Sequence<Element>) async throws -> Set<Element> {
        try await ask("symmetric_difference", others)
    }

    /// Whether all elements are among these (`s.issubset(others)`).
    public func isSubset(of others: some Sequence<Element>) async throws -> Bool { try await ask("issubset", others) }

    /// Whether all of these are elements (`s.issuperset(others)`).
    public func isSuperset(of others: some Sequence<Element>) async throws -> Bool { try await ask("issuperset", others) }

    /// Whether none of these is an element (`s.isdisjoint(others)`).
    public func isDisjoint(with others: some Sequence<Element>) async throws -> Bool { try await ask("isdisjoint", others) }

    /// Whether all elements are among these, which are more (`s < others`).
    public func isStrictSubset(of others: Set<Element>) async throws -> Bool { try await compare("__lt__", others) }

    /// Whether all of these are elements, and others, too (`s > others`).
    public func isStrictSuperset(of others: Set<Element>) async throws -> Bool { try await compare("__gt__", others) }

    private func ask<Result: Decodable>(_ method: String, _ others: some Sequence<Element>) async throws -> Result {
        try await object.result(of: method, [try Fragment(list: others)])
    }

    /// The operators take sets only.
    private func compare(_ method: String, _ others: Set<Element>) async throws -> Bool {
        try await object.result(of: method, [FragmentBuilder.set(try others.map { try Fragment(encoding: $0) })])
    }
}
