import Pickle

/// Elements on a server that stand at positions: what a ``ListProxy`` and an ``ArrayProxy`` have in common.
///
/// A negative position counts from the end, as in Python: `-1` is the last.
public protocol IndexedProxy<Element>: Proxy {
    associatedtype Element: Codable & Sendable
}

extension IndexedProxy {
    /// How many elements there are (`len(l)`).
    public var count: Int {
        get async throws { try await object.result(of: "__len__", []) }
    }

    /// Whether there are none.
    public var isEmpty: Bool {
        get async throws { try await count == 0 }
    }

    /// The element at a position (`l[index]`).
    ///
    /// - Throws: ``RemoteError`` `IndexError` when there is none.
    public func element(at index: Int) async throws -> Element {
        try await object.result(of: "__getitem__", [Fragment(index)])
    }

    /// Replaces the element at a position (`l[index] = element`).
    ///
    /// - Throws: ``RemoteError`` `IndexError` when there is none; of an array `OverflowError` or `TypeError` when its type does not hold it.
    public func setElement(_ element: Element, at index: Int) async throws {
        _ = try await object.send("__setitem__", [Fragment(index), try Fragment(encoding: element)])
    }

    /// All elements, in one call (`l[:]`).
    public func elements() async throws -> [Element] {
        try await elements(in: SliceBounds.all)
    }

    /// The elements at these positions, in one call (`l[2:5]`).
    ///
    /// - Parameter positions: counted from 0; what lies beyond the end is left out.
    public func elements(in positions: some RangeExpression<Int>) async throws -> [Element] {
        try await elements(in: SliceBounds(positions))
    }

    private func elements(in bounds: SliceBounds) async throws -> [Element] {
        try await object.result(of: "__getitem__", [try bounds.fragment])
    }

    /// Replaces the element at a position.
    ///
    /// - Returns: the element that was there.
    /// - Throws: as ``setElement(_:at:)``; ``ManagerError`` of code `notSupported` towards CPython.
    public func exchange(_ element: Element, at index: Int) async throws -> Element {
        try await object.extended("exchange", [Fragment(index), try Fragment(encoding: element)], orElse: ObjectProxy.lockInstead)
    }

    /// Replaces the element at a position if it is the expected one, by Python's `==`.
    ///
    /// - Returns: whether it was.
    /// - Throws: as ``setElement(_:at:)``; ``ManagerError`` of code `notSupported` towards CPython.
    public func compareAndSet(expected: Element, new: Element, at index: Int) async throws -> Bool {
        let arguments = [Fragment(index), try Fragment(encoding: expected), try Fragment(encoding: new)]
        return try await object.extended("compare_and_set", arguments, orElse: ObjectProxy.lockInstead)
    }
}

extension IndexedProxy where Element: ExpressibleByIntegerLiteral {
    /// Adds to the element at a position, as Python's `+=` does.
    ///
    /// - Returns: the new element.
    /// - Throws: ``RemoteError`` `TypeError` when it is no number, `IndexError` when there is none; ``ManagerError`` of code `notSupported`
    ///   towards CPython.
    @discardableResult
    public func increment(at index: Int, by amount: Element = 1) async throws -> Element {
        try await object.extended("increment", [Fragment(index), try Fragment(encoding: amount)], orElse: ObjectProxy.lockInstead)
    }
}

/// The bounds of a Python `slice` with step 1.
struct SliceBounds {
    private let start: Int?
    private let stop: Int?

    static let all = SliceBounds(start: nil, stop: nil)

    private init(start: Int?, stop: Int?) { (self.start, self.stop) = (start, stop) }

    init(_ positions: some RangeExpression<Int>) {
        let range = positions.relative(to: 0..<Int.max)
        self.init(start: range.lowerBound, stop: range.upperBound == .max ? nil : range.upperBound)
    }

    /// `slice(start, stop, None)`
    var fragment: Fragment {
        get throws {
            let slice = PickleValue.global(PickleGlobal(module: "builtins", name: "slice"))
            let bounds = [start, stop].map { $0.map(PickleValue.int) ?? .none }
            return try Fragment(.instance(PickleInstance(slice, bounds + [.none])))
        }
    }
}
