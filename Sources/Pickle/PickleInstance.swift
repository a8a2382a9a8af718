/// An object of a class that a pickle names: which callable makes it, from which arguments, and what state it is given.
/// Nothing here is ever called; it is data that can be looked at, stored and written back.
public struct PickleInstance: Sendable {
    /// By which opcode the object is made.
    public enum Construction: Hashable, Sendable {
        /// `callable(*arguments)`: `REDUCE`.
        case reduce
        /// `callable(*arguments)`, but `callable.__new__(callable)` without arguments: `INST` and `OBJ`, which Python 2 uses for
        /// instances of its old-style classes.
        case instantiate
        /// `callable.__new__(callable, *arguments, **keywordArguments)`: `NEWOBJ`, `NEWOBJ_EX`.
        case new
    }

    let reference: PickleReference

    init(_ reference: PickleReference) { self.reference = reference }

    /// A new instance.
    ///
    /// - Parameters:
    ///   - callable: the class or function, as a rule a ``PickleValue/global(_:)``.
    ///   - arguments: the positional arguments.
    ///   - construction: whether Python calls the callable or its `__new__`.
    ///   - state: what `__setstate__` is given, or the new object's `__dict__`.
    public init(
        _ callable: PickleValue, _ arguments: [PickleValue] = [], construction: Construction = .reduce,
        state: PickleValue? = nil
    ) {
        var nodes: [PickleNode] = [.tuple([]), .atom(callable), .atom(.tuple(PickleElements(arguments)))]
        var node = PickleInstanceNode(construction: construction, callable: 1, arguments: 2)
        if let state {
            nodes.append(.atom(state))
            node.states = [3]
        }
        nodes[0] = .instance(node)
        self.init(PickleReference(graph: PickleGraph(nodes), index: 0))
    }

    var node: PickleInstanceNode {
        guard case .instance(let node) = reference.node else { preconditionFailure("made only from instance nodes") }
        return node
    }

    private func value(_ index: PickleNode.Index) -> PickleValue { reference.graph.value(at: index) }

    public var construction: Construction { node.construction }
    /// The class or function.
    public var callable: PickleValue { value(node.callable) }
    /// The class or function's name, when it is given by name.
    public var global: PickleGlobal? {
        if case .global(let global) = callable { global } else { nil }
    }
    /// The positional arguments; empty when they are not a tuple.
    public var arguments: [PickleValue] {
        if case .tuple(let elements) = value(node.arguments) { Array(elements) } else { [] }
    }
    public var keywordArguments: PickleValue? { node.keywordArguments.map(value) }
    /// What `__setstate__` is given, or the object's `__dict__`.
    public var state: PickleValue? {
        let node = node
        return (node.states.last ?? node.setters.last).map(value)
    }
    /// The items of an instance of a list's subclass.
    public var listItems: [PickleValue] { node.listItems.map(value) }
    /// The entries of an instance of a dict's subclass.
    public var dictionaryItems: [(key: PickleValue, value: PickleValue)] {
        let items = node.dictionaryItems
        return stride(from: 0, to: items.count, by: 2).map { (key: value(items[$0]), value: value(items[$0 + 1])) }
    }
}
