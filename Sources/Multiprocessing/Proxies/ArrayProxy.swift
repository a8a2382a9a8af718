import Pickle

/// Numbers of one type on a server, of an `array.array`.
public struct ArrayProxy<Element: Codable & Sendable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many elements there are (`len(a)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// The element at a position; a negative one counts from the end (`a[index]`).
    ///
    /// - Throws: ``RemoteError`` `IndexError` when there is none.
    public func element(at index: Int) async throws -> Element {
        try await object.result(of: "__getitem__", [Fragment(index)])
    }

    /// Replaces the element at a position (`a[index] = element`).
    ///
    /// - Throws: ``RemoteError`` `OverflowError` or `TypeError` when the array's type does not hold it.
    public func setElement(_ element: Element, at index: Int) async throws {
        _ = try await object.send("__setitem__", [Fragment(index), try Fragment(encoding: element)])
    }

    /// All elements, in one call.
    public func elements() async throws -> [Element] {
        try await object.value()
    }
}
