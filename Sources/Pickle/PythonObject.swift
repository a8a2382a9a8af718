/// One object that holds others, as `==`, `hash` and `repr` follow it: Python's identity.
struct PythonObject: Hashable {
    /// What the object is taken as. A program may use the same elements as a list and as a tuple: these are two objects.
    enum Kind { case tuple, list, set, dictionary, deque, instance, persistent }

    let kind: Kind
    let reference: PickleReference

    /// `nil` for values that hold no others.
    init?(_ value: PickleValue) {
        switch value {
        case .tuple(let elements): self.init(kind: .tuple, reference: elements.reference)
        case .list(let elements): self.init(kind: .list, reference: elements.reference)
        case .set(let elements), .frozenSet(let elements): self.init(kind: .set, reference: elements.reference)
        case .dictionary(let entries): self.init(kind: .dictionary, reference: entries.reference)
        case .instance(let instance): self = instance.object
        case .persistent(let persistent): self.init(kind: .persistent, reference: persistent.reference)
        default: return nil
        }
    }

    fileprivate init(kind: Kind, reference: PickleReference) {
        self.kind = kind
        self.reference = reference
    }

    /// The places of the objects that this one holds; those of an instance in the order of ``PickleNode/forEachChild(_:)``.
    var children: [PickleNode.Index] {
        switch reference.node {
        case .tuple(let children), .list(let children), .set(let children), .frozenSet(let children),
            .dictionary(let children):
            return children
        case .instance(let instance) where kind == .dictionary: return instance.dictionaryItems
        case .instance(let instance) where kind == .deque: return instance.listItems
        case let node:
            var children: [PickleNode.Index] = []
            node.forEachChild { children.append($0) }
            return children
        }
    }
}

extension PythonObject {
    /// Whether this is an `OrderedDict`, not a plain `dict`.
    var isOrderedDictionary: Bool {
        guard kind == .dictionary, case .instance = reference.node else { return false }
        return PickleInstance(reference).global?.name == "OrderedDict"
    }
}

extension PickleInstance {
    /// The object; the classes of `collections` are taken as the containers that they are equal to.
    fileprivate var object: PythonObject {
        let other = PythonObject(kind: .instance, reference: reference)
        guard let type = global, type.module == "collections" else { return other }
        switch (type.name, arguments.first) {
        case ("OrderedDict", nil), ("defaultdict", _): return PythonObject(kind: .dictionary, reference: reference)
        case ("Counter", .dictionary(let counts)?): return PythonObject(kind: .dictionary, reference: counts.reference)
        case ("deque", nil): return PythonObject(kind: .deque, reference: reference)
        // The maximal length comes second, and is of no concern.
        case ("deque", .tuple(let items)?) where items.isEmpty: return PythonObject(kind: .deque, reference: reference)
        default: return other
        }
    }
}
