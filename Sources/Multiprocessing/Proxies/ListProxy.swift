import Pickle

/// A `list` on a server. Python's `ListProxy`.
public struct ListProxy<Element: Codable & Sendable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many elements there are (`len(l)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// The element at a position; a negative one counts from the end (`l[index]`).
    ///
    /// - Throws: ``RemoteError`` `IndexError` when there is none.
    public func element(at index: Int) async throws -> Element {
        try await object.result(of: "__getitem__", [Fragment(index)])
    }

    /// Replaces the element at a position (`l[index] = element`).
    public func setElement(_ element: Element, at index: Int) async throws {
        _ = try await object.send("__setitem__", [Fragment(index), try Fragment(encoding: element)])
    }

    /// All elements, in one call (`l[:]`).
    public func elements() async throws -> [Element] {
        let all = PickleInstance(.global(PickleGlobal(module: "builtins", name: "slice")), [.none, .none, .none])
        return try await object.result(of: "__getitem__", [try Fragment(.instance(all))])
    }

    /// Adds an element at the end (`l.append(element)`).
    public func append(_ element: Element) async throws {
        _ = try await object.send("append", [try Fragment(encoding: element)])
    }

    /// Adds these elements at the end in one call (`l.extend(elements)`).
    public func append(contentsOf elements: some Sequence<Element>) async throws {
        _ = try await object.send("extend", [FragmentBuilder.list(try elements.map { try Fragment(encoding: $0) })])
    }

    /// Puts an element before a position (`l.insert(index, element)`).
    public func insert(_ element: Element, at index: Int) async throws {
        _ = try await object.send("insert", [Fragment(index), try Fragment(encoding: element)])
    }

    /// Removes and returns an element (`l.pop(index)`); the last, unless another is named.
    @discardableResult
    public func remove(at index: Int = -1) async throws -> Element {
        try await object.result(of: "pop", [Fragment(index)])
    }

    /// Whether an element equals this one, as Python compares (`element in l`).
    public func contains(_ element: Element) async throws -> Bool {
        try await object.result(of: "__contains__", [try Fragment(encoding: element)])
    }

    /// Turns the order round (`l.reverse()`).
    public func reverse() async throws {
        _ = try await object.send("reverse", [])
    }

    /// Sorts the elements, as Python orders them (`l.sort(reverse=…)`).
    public func sort(descending: Bool = false) async throws {
        _ = try await object.send("sort", [], [("reverse", Fragment(descending))])
    }
}
