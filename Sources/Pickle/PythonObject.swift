/// One object that holds others, as `==`, `hash` and `repr` follow it: Python's identity.
struct PythonObject: Hashable {
    /// What the object is taken as. A program may use the same elements as a list and as a tuple: these are two objects.
    enum Kind { case tuple, list, set, dictionary, instance, persistent }

    let kind: Kind
    let reference: PickleReference

    /// `nil` for values that hold no others.
    init?(_ value: PickleValue) {
        switch value {
        case .tuple(let elements): self.init(kind: .tuple, reference: elements.reference)
        case .list(let elements): self.init(kind: .list, reference: elements.reference)
        case .set(let elements), .frozenSet(let elements): self.init(kind: .set, reference: elements.reference)
        case .dictionary(let entries): self.init(kind: .dictionary, reference: entries.reference)
        case .instance(let instance): self.init(kind: .instance, reference: instance.reference)
        case .persistent(let persistent): self.init(kind: .persistent, reference: persistent.reference)
        default: return nil
        }
    }

    private init(kind: Kind, reference: PickleReference) {
        self.kind = kind
        self.reference = reference
    }

    /// The places of the objects that this one holds; those of an instance in the order of ``PickleNode/forEachChild(_:)``.
    var children: [PickleNode.Index] {
        switch reference.node {
        case .tuple(let children), .list(let children), .set(let children), .frozenSet(let children),
            .dictionary(let children):
            return children
        case let node:
            var children: [PickleNode.Index] = []
            node.forEachChild { children.append($0) }
            return children
        }
    }
}
