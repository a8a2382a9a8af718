/// A Python value, as a pickle describes it. Data only: what a pickle would have run when read by Python stands here as an
/// ``PickleInstance``, and nothing runs.
///
/// Containers keep identity: a list that occurs twice in a value is one list, here and after being written again, and a
/// list may contain itself. Values of classes that this program has never heard of are kept whole and written back as
/// they were.
///
/// ```swift
/// let value: PickleValue = ["name": "task", "sizes": [1, 2, 3]]
/// if case .dictionary(let entries) = value { print(entries.count) }   // 2
/// ```
public enum PickleValue: Sendable {
    /// `None`
    case none
    /// `bool`
    case bool(Bool)
    /// `int`, where it fits 64 bits
    case int(Int)
    /// `int` beyond 64 bits
    case bigInt(PickleInteger)
    /// `float`
    case float(Double)
    /// `str`
    case string(String)
    /// A `str` with lone surrogates, which Swift's `String` cannot hold: its UTF-8, with surrogates encoded as Python's
    /// `'surrogatepass'` does.
    case surrogateString([UInt8])
    /// Python 2's `str`: bytes that are used as text
    case legacyString([UInt8])
    /// `bytes`
    case bytes([UInt8])
    /// `bytearray`
    case byteArray(PickleByteArray)
    /// `tuple`
    case tuple(PickleElements)
    /// `list`
    case list(PickleElements)
    /// `set`
    case set(PickleElements)
    /// `frozenset`
    case frozenSet(PickleElements)
    /// `dict`
    case dictionary(PickleEntries)
    /// A class or function, by reference
    case global(PickleGlobal)
    /// Anything else: an object that its class rebuilds from data
    case instance(PickleInstance)
    /// A persistent identifier (`PERSID`, `BINPERSID`)
    case persistent(PicklePersistentReference)
    /// A `copyreg` extension code (`EXT1`, `EXT2`, `EXT4`)
    case extensionCode(Int)
}

/// A class or function by name, as `GLOBAL` and `STACK_GLOBAL` carry it. Python 2's names are given as Python 3's.
public struct PickleGlobal: Hashable, Sendable {
    public let module: String
    public let name: String

    public init(module: String, name: String) {
        self.module = module
        self.name = name
    }
}

/// The elements of a tuple, list, set or frozenset, in order.
public struct PickleElements: RandomAccessCollection, Sendable, ExpressibleByArrayLiteral {
    let reference: PickleReference

    init(_ reference: PickleReference) { self.reference = reference }

    /// A new object with these elements.
    public init(_ elements: some Sequence<PickleValue>) {
        // The first node is the container, of whichever kind the value says; the others hold the elements.
        var nodes: [PickleNode] = [.tuple([])]
        for element in elements { nodes.append(.atom(element)) }
        nodes[0] = .tuple(Array(1..<PickleNode.Index(nodes.count)))
        self.init(PickleReference(graph: PickleGraph(nodes), index: 0))
    }

    public init(arrayLiteral elements: PickleValue...) { self.init(elements) }

    var indices32: [PickleNode.Index] { reference.node.elements ?? [] }

    public var startIndex: Int { 0 }
    public var endIndex: Int { indices32.count }
    public subscript(position: Int) -> PickleValue { reference.graph.value(at: indices32[position]) }

    /// Whether both are the same object (`is`), not only equal.
    public func isIdentical(to other: PickleElements) -> Bool { reference == other.reference }
}

/// The entries of a dict, in order.
public struct PickleEntries: RandomAccessCollection, Sendable, ExpressibleByDictionaryLiteral {
    let reference: PickleReference

    init(_ reference: PickleReference) { self.reference = reference }

    /// A new dict with these entries. Keys are taken as they are; that no two are equal is the caller's care.
    public init(_ entries: some Sequence<(key: PickleValue, value: PickleValue)>) {
        var nodes: [PickleNode] = [.dictionary([])]
        for (key, value) in entries {
            nodes.append(.atom(key))
            nodes.append(.atom(value))
        }
        nodes[0] = .dictionary(Array(1..<PickleNode.Index(nodes.count)))
        self.init(PickleReference(graph: PickleGraph(nodes), index: 0))
    }

    public init(dictionaryLiteral elements: (PickleValue, PickleValue)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }

    var indices32: [PickleNode.Index] {
        if case .dictionary(let children) = reference.node { children } else { [] }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { indices32.count / 2 }
    public subscript(position: Int) -> (key: PickleValue, value: PickleValue) {
        let children = indices32
        return (reference.graph.value(at: children[2 * position]), reference.graph.value(at: children[2 * position + 1]))
    }

    public func isIdentical(to other: PickleEntries) -> Bool { reference == other.reference }
}

/// A `bytearray`: bytes with an identity.
public struct PickleByteArray: Sendable {
    let reference: PickleReference

    init(_ reference: PickleReference) { self.reference = reference }

    public init(_ bytes: [UInt8]) {
        self.init(PickleReference(graph: PickleGraph([.byteArray(bytes)]), index: 0))
    }

    public var bytes: [UInt8] {
        if case .byteArray(let bytes) = reference.node { bytes } else { [] }
    }
}

/// A persistent identifier: a name that only the program that wrote the pickle understands.
public struct PicklePersistentReference: Sendable {
    let reference: PickleReference

    init(_ reference: PickleReference) { self.reference = reference }

    public init(_ identifier: PickleValue) {
        self.init(PickleReference(graph: PickleGraph([.persistent(1), .atom(identifier)]), index: 0))
    }

    public var identifier: PickleValue {
        if case .persistent(let child) = reference.node { reference.graph.value(at: child) } else { .none }
    }
}

extension PickleValue {
    /// The text, when the value is a `str` of Python 3 without lone surrogates, or one of Python 2 that is UTF-8.
    public var text: String? {
        switch self {
        case .string(let text): text
        case .legacyString(let bytes): String(validating: bytes, as: UTF8.self)
        default: nil
        }
    }
}
