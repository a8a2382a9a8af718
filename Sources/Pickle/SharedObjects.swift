/// The objects that a value refers to more than once; only they need a place in the memo.
struct SharedObjects {
    private var seen: Set<PickleReference> = []
    private(set) var references: Set<PickleReference> = []

    init(from root: PickleReference) {
        var pending = [root]
        while let next = pending.popLast() { visit(next, &pending) }
    }

    private mutating func visit(_ place: PickleReference, _ pending: inout [PickleReference]) {
        let reference = place.resolved
        let node = reference.node
        guard node.isWorthSharing else { return }
        guard seen.insert(reference).inserted else {
            references.insert(reference)
            return
        }
        if case .instance(let instance) = node, !instance.setters.isEmpty { references.insert(reference) }
        node.forEachChild { pending.append(reference.sibling($0)) }
    }
}

extension PickleNode {
    /// Whether to write it a second time would lose identity, or cost more than a few bytes.
    fileprivate var isWorthSharing: Bool {
        switch self {
        case .atom(.none), .atom(.bool), .atom(.int), .atom(.float), .atom(.extensionCode): false
        case .atom(.string(let text)): text.utf8.count > 3
        case .tuple(let elements): !elements.isEmpty
        default: true
        }
    }
}
