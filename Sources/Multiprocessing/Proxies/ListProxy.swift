import Pickle

/// A `list` on a server. Python's `ListProxy`.
///
/// Every method is one round trip, and one step for all others who use the list.
public struct ListProxy<Element: Codable & Sendable>: IndexedProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }
}

// MARK: - Adding

extension ListProxy {
    /// Adds an element at the end (`l.append(element)`).
    public func append(_ element: Element) async throws {
        _ = try await object.send("append", [try Fragment(encoding: element)])
    }

    /// Adds these elements at the end (`l.extend(elements)`).
    public func append(contentsOf elements: some Sequence<Element>) async throws {
        _ = try await object.send("extend", [try Fragment(list: elements)])
    }

    /// Puts an element before a position (`l.insert(index, element)`); beyond the end it is added there.
    public func insert(_ element: Element, at index: Int) async throws {
        _ = try await object.send("insert", [Fragment(index), try Fragment(encoding: element)])
    }

    /// Puts these elements before a position (`l[index:index] = elements`).
    ///
    /// - Parameters:
    ///   - elements: the new elements.
    ///   - index: counted from 0.
    public func insert(contentsOf elements: some Sequence<Element>, at index: Int) async throws {
        try await replaceSubrange(index..<index, with: elements)
    }

    /// Replaces the elements at these positions by as many others or more or fewer (`l[2:5] = elements`).
    ///
    /// - Parameters:
    ///   - positions: counted from 0; what lies beyond the end is no position.
    ///   - elements: what comes in their place.
    public func replaceSubrange(_ positions: some RangeExpression<Int>, with elements: some Sequence<Element>) async throws {
        _ = try await object.send("__setitem__", [try SliceBounds(positions).fragment, try Fragment(list: elements)])
    }

    /// Replaces all elements (`l[:] = elements`).
    public func replaceAll(with elements: some Sequence<Element>) async throws {
        _ = try await object.send("__setitem__", [try SliceBounds.all.fragment, try Fragment(list: elements)])
    }

    /// Repeats the elements so many times (`l *= count`); none at all when it is 0.
    public func `repeat`(_ count: Int) async throws {
        _ = try await object.send("__imul__", [Fragment(count)])
    }
}

// MARK: - Removing

extension ListProxy {
    /// Removes and returns the element at a position (`l.pop(index)`).
    ///
    /// - Throws: ``RemoteError`` `IndexError` when there is none.
    @discardableResult
    public func remove(at index: Int) async throws -> Element {
        try await object.result(of: "pop", [Fragment(index)])
    }

    /// Removes and returns the last element; `nil` when there is none (`l.pop()`).
    @discardableResult
    public func popLast() async throws -> Element? { try await pop(at: -1) }

    /// Removes and returns the first element; `nil` when there is none (`l.pop(0)`).
    @discardableResult
    public func popFirst() async throws -> Element? { try await pop(at: 0) }

    private func pop(at index: Int) async throws -> Element? {
        do {
            let element: Element = try await remove(at: index)
            return element
        } catch let error as RemoteError where error.type == .indexError {
            return nil
        }
    }

    /// Removes the first element that equals this one, as Python compares (`l.remove(element)`).
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func remove(_ element: Element) async throws -> Bool {
        do {
            _ = try await object.send("remove", [try Fragment(encoding: element)])
            return true
        } catch let error as RemoteError where error.type == .valueError {
            return false
        }
    }

    /// Removes the elements at these positions (`del l[2:5]`).
    ///
    /// - Parameter positions: counted from 0; what lies beyond the end is no position.
    public func removeSubrange(_ positions: some RangeExpression<Int>) async throws {
        _ = try await object.send("__delitem__", [try SliceBounds(positions).fragment])
    }

    /// Removes all elements (`del l[:]`).
    public func removeAll() async throws {
        _ = try await object.send("__delitem__", [try SliceBounds.all.fragment])
    }
}

// MARK: - Finding and ordering

extension ListProxy {
    /// Whether an element equals this one, as Python compares (`element in l`).
    public func contains(_ element: Element) async throws -> Bool {
        try await object.result(of: "__contains__", [try Fragment(encoding: element)])
    }

    /// The position of the first element that equals this one, as Python compares; `nil` when none does (`l.index(element)`).
    public func firstIndex(of element: Element) async throws -> Int? {
        do {
            let index: Int = try await object.result(of: "index", [try Fragment(encoding: element)])
            return index
        } catch let error as RemoteError where error.type == .valueError {
            return nil
        }
    }

    /// How many elements equal this one, as Python compares (`l.count(element)`).
    public func count(of element: Element) async throws -> Int {
        try await object.result(of: "count", [try Fragment(encoding: element)])
    }

    /// Turns the order round (`l.reverse()`).
    public func reverse() async throws {
        _ = try await object.send("reverse", [])
    }

    /// Sorts the elements, as Python orders them (`l.sort(reverse=…)`).
    ///
    /// - Throws: ``RemoteError`` `TypeError` when two cannot be compared; a part of the list is then sorted.
    public func sort(descending: Bool = false) async throws {
        _ = try await object.send("sort", [], [("reverse", Fragment(descending))])
    }
}
