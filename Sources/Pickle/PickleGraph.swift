/// The objects of one pickle and who refers to whom, in one array.
///
/// A pickle describes a graph: two places may refer to one object, and a list may contain itself. An array of nodes that
/// refer to each other by index holds any such graph without reference cycles, is freed without recursion however deep it
/// is, and is `Sendable` because it never changes once built. An object's identity is its graph and its index.
final class PickleGraph: Sendable {
    let nodes: [PickleNode]

    init(_ nodes: [PickleNode]) {
        self.nodes = nodes
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
    case instance(PickleInstanceNode)
    case persistent(Index)
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

    var node: PickleNode { graph.nodes[Int(index)] }

    static func == (left: PickleReference, right: PickleReference) -> Bool {
        left.graph === right.graph && left.index == right.index
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(graph))
        hasher.combine(index)
    }
}
