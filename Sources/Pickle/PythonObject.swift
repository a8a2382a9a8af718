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
        case .instance(let instance) where kind == .dictionary: return PickleInstance(reference).legacyEntries ?? instance.dictionaryItems
        case .instance(let instance) where kind == .deque: return PickleInstance(reference).legacyItems ?? instance.listItems
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
        case ("OrderedDict", .list?) where legacyEntries != nil, ("OrderedDict", nil), ("defaultdict", _): return PythonObject(kind: .dictionary, reference: reference)
        case ("Counter", .dictionary(let counts)?): return PythonObject(kind: .dictionary, reference: counts.reference)
        case ("deque", .list?) where legacyItems != nil, ("deque", nil): return PythonObject(kind: .deque, reference: reference)
        // The maximal length comes second, and is of no concern.
        case ("deque", .tuple(let items)?) where items.isEmpty: return PythonObject(kind: .deque, reference: reference)
        default: return other
        }
    }

    /// The elements of a `deque`.
    var dequeItems: PickleElements? {
        let object = object
        return object.kind == .deque ? PickleElements(object.children.map { reference.graph.value(at: $0) }) : nil
    }
}

// MARK: - Collections of Python 2

extension PickleInstance {
    /// The list that Python 2 gives to the constructor: `deque([1, 2])`.
    fileprivate var legacyItems: [PickleNode.Index]? {
        guard case .tuple(let arguments) = reference.graph.nodes[Int(node.arguments)], let first = arguments.first else { return nil }
        return list(first)
    }

    /// Keys and values in turn of what Python 2 gives to the constructor: `OrderedDict([[1, 2]])`.
    fileprivate var legacyEntries: [PickleNode.Index]? {
        guard let pairs = legacyItems?.map(list), pairs.allSatisfy({ $0?.count == 2 }) else { return nil }
        return pairs.flatMap { $0 ?? [] }
    }

    private func list(_ index: PickleNode.Index) -> [PickleNode.Index]? {
        if case .list(let elements) = reference.graph.nodes[Int(index)] { elements } else { nil }
    }
}
