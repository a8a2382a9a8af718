/// The objects of one pickle and who refers to whom, in one array.
///
/// A pickle describes a graph: two places may refer to one object, and a list may contain itself. An array of nodes that
/// refer to each other by index holds any such graph without reference cycles, is freed without recursion however deep it
/// is, and is `Sendable` because it never changes once built. An object's identity is its graph and its index.
final class PickleGraph: Sendable {
    // Sendable: set once before anyone else has the graph, and emptied in `deinit` when no one has it any more.
    nonisolated(unsafe) private(set) var nodes: [PickleNode]

    init(_ nodes: [PickleNode]) {
        self.nodes = nodes
    }

    /// Graphs that a program nested in each other are freed one after the other: left to itself, Swift would recurse.
    deinit {
        guard nodes.contains(where: \.holdsGraph) else { return }
        var pending = exchange(&nodes, [])
        while !pending.isEmpty {
            guard var graph = Self.popGraph(&pending) else { continue }
            if isKnownUniquelyReferenced(&graph) { pending += exchange(&graph.nodes, []) }
        }
    }

    private static func popGraph(_ nodes: inout [PickleNode]) -> PickleGraph? {
        guard case .atom(let value) = nodes.removeLast() else { return nil }
        return value.reference?.graph
    }

    /// The value that stands at a node.
    func value(at index: PickleNode.Index) -> PickleValue {
        let reference = PickleReference(graph: self, index: index)
        switch nodes[Int(index)] {
        case .atom(let value): return value
        case .byteArray: return .byteArray(PickleByteArray(reference))
        case .tuple: return .tuple(PickleElements(reference))
        case .list: return .list(PickleElements(reference))
        case .set: return .set(PickleElements(reference))
        case .frozenSet: return .frozenSet(PickleElements(reference))
        case .dictionary: return .dictionary(PickleEntries(reference))
        case .instance: return .instance(PickleInstance(reference))
        case .persistent: return .persistent(PicklePersistentReference(reference))
        }
    }
}

/// One object of a ``PickleGraph``. Children are indices into the same graph.
enum PickleNode: Sendable {
    typealias Index = Int32

    /// A value without children; or, in a graph that a program put together, a whole value of another graph.
    case atom(PickleValue)
    case byteArray([UInt8])
    case tuple([Index])
    case list([Index])
    case set([Index])
    case frozenSet([Index])
    /// Keys and values in turn.
    case dictionary([Index])
    // Boxed: rare, and several times the size of the others.
    indirect case instance(PickleInstanceNode)
    case persistent(Index)

    /// Whether a value of another graph stands here.
    var holdsGraph: Bool {
        if case .atom(let value) = self { value.reference != nil } else { false }
    }
}

/// An object that its class rebuilds: the result of `REDUCE`, `NEWOBJ`, `NEWOBJ_EX`, `INST` or `OBJ`, as data.
struct PickleInstanceNode: Sendable {
    var construction: PickleInstance.Construction
    /// The class or function.
    var callable: PickleNode.Index
    /// A tuple.
    var arguments: PickleNode.Index
    /// A dict, for `NEWOBJ_EX`.
    var keywordArguments: PickleNode.Index?
    /// What `BUILD` gives, in order; nearly always none or one.
    var states: [PickleNode.Index] = []
    /// Functions that were called with the instance and its state, and those states, in turn: what Python 3.8's `__reduce__`
    /// may give in place of `BUILD`.
    var setters: [PickleNode.Index] = []
    /// What `APPEND(S)` adds to an instance that is a list.
    var listItems: [PickleNode.Index] = []
    /// What `ADDITEMS` adds to an instance that is a set.
    var setItems: [PickleNode.Index] = []
    /// What `SETITEM(S)` adds to an instance that is a dict: keys and values in turn.
    var dictionaryItems: [PickleNode.Index] = []
}

/// One object of one graph: Python's identity (`is`).
struct PickleReference: Sendable, Hashable {
    let graph: PickleGraph
    let index: PickleNode.Index
    /// What the elements are seen as, where the program says otherwise than the node: `.list(elements)` of a tuple's elements.
    var kind: PickleElementsKind?

    init(graph: PickleGraph, index: PickleNode.Index) {
        self.graph = graph
        self.index = index
    }

    var node: PickleNode {
        let node = graph.nodes[Int(index)]
        guard let kind, let elements = node.elements else { return node }
        return kind.node(elements)
    }

    func sibling(_ index: PickleNode.Index) -> PickleReference { PickleReference(graph: graph, index: index) }

    /// The same elements as those of a value of this kind.
    func seen(as kind: PickleElementsKind) -> PickleReference {
        var reference = self
        reference.kind = graph.nodes[Int(index)].elementsKind == kind ? nil : kind
        return reference
    }

    /// The object itself, where this one only says that it stands in another graph.
    var resolved: PickleReference {
        if case .atom(let value) = node, let other = value.reference { other } else { self }
    }

    static func == (left: PickleReference, right: PickleReference) -> Bool {
        left.graph === right.graph && left.index == right.index && left.kind == right.kind
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(graph))
        hasher.combine(index)
    }
}

/// The four containers that are elements in a row.
enum PickleElementsKind: UInt8, Sendable {
    case tuple, list, set, frozenSet

    func node(_ elements: [PickleNode.Index]) -> PickleNode {
        switch self {
        case .tuple: .tuple(elements)
        case .list: .list(elements)
        case .set: .set(elements)
        case .frozenSet: .frozenSet(elements)
        }
    }
}

extension PickleNode {
    var elementsKind: PickleElementsKind? {
        switch self {
        case .tuple: .tuple
        case .list: .list
        case .set: .set
        case .frozenSet: .frozenSet
        default: nil
        }
    }

    var elements: [Index]? {
        switch self {
        case .tuple(let elements), .list(let elements), .set(let elements), .frozenSet(let elements): elements
        default: nil
        }
    }
}

extension PickleValue {
    /// The object, for values that have an identity.
    var reference: PickleReference? {
        switch self {
        // The case decides what the elements are: a program may hand one value's elements to another.
        case .tuple(let elements): elements.reference.seen(as: .tuple)
        case .list(let elements): elements.reference.seen(as: .list)
        case .set(let elements): elements.reference.seen(as: .set)
        case .frozenSet(let elements): elements.reference.seen(as: .frozenSet)
        case .dictionary(let entries): entries.reference
        case .byteArray(let bytes): bytes.reference
        case .instance(let instance): instance.reference
        case .persistent(let persistent): persistent.reference
        default: nil
        }
    }
}

/// Puts a new value into a place and hands out the old one, without a copy of what it holds.
func exchange<Value>(_ place: inout Value, _ value: Value) -> Value {
    let old = place
    place = value
    return old
}
