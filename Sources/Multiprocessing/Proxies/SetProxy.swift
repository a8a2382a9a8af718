import Pickle

/// A `set` on a server. Python's `SetProxy`, which CPython has since 3.14.
public struct SetProxy<Element: Codable & Sendable & Hashable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many elements there are (`len(s)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// Whether an element equals this one, as Python compares (`element in s`).
    public func contains(_ element: Element) async throws -> Bool {
        try await object.result(of: "__contains__", [try Fragment(encoding: element)])
    }

    /// Adds an element (`s.add(element)`).
    public func insert(_ element: Element) async throws {
        _ = try await object.send("add", [try Fragment(encoding: element)])
    }

    /// Removes an element, if it is there (`s.discard(element)`).
    public func remove(_ element: Element) async throws {
        _ = try await object.send("discard", [try Fragment(encoding: element)])
    }

    /// Removes all elements (`s.clear()`).
    public func removeAll() async throws {
        _ = try await object.send("clear", [])
    }

    /// All elements, in one call (`s.copy()`).
    public func elements() async throws -> Set<Element> {
        try await object.result(of: "copy", [])
    }
}
