/// Writes objects that hold themselves by way of some that can be made only after their parts: a tuple whose list holds it.
///
/// While such a tuple is being written, a list on a cycle with it is made empty; it is filled when the tuple is there. So every
/// object is written once. (CPython writes the tuple once more inside and drops the outer one, which for a tuple of many lists
/// takes time and space that grow with the square of their number.)
struct PicklerCycles {
    private let cycles: ObjectCycles
    /// The objects that can be made before their contents are.
    let postponable: Set<PickleReference>
    /// How many objects of a cycle are begun and not made yet.
    private var begun: [Int]
    private var postponed: [[PickleReference]]

    /// - Parameter shared: the objects that are referred to more than once.
    init(from root: PickleReference, shared: Set<PickleReference>, _ version: PickleProtocol) {
        let all = ObjectCycles(from: [root]) { object in object.parts { node in node.children } }
        // A list that is referred to once is filled where it stands if it can be: a call may look into what it is given.
        let first = all.numbers.keys.filter { $0.node.hasContents(version) && ($0.node.isInstance || shared.contains($0)) }
        let sure = Set(first)
        let rest = ObjectCycles(from: all.numbers.keys) { object in
            object.parts { node in sure.contains(object) ? node.construction : node.children }
        }
        postponable = sure.union(rest.numbers.keys.filter { $0.node.hasContents(version) })
        cycles = all
        begun = Array(repeating: 0, count: all.count)
        postponed = Array(repeating: [], count: all.count)
    }

    mutating func begin(_ object: PickleReference) {
        if let cycle = cycles.numbers[object] { begun[cycle] += 1 }
    }

    /// The object is made.
    /// - Returns: the objects that can be filled now.
    mutating func end(_ object: PickleReference) -> [PickleReference] {
        guard let cycle = cycles.numbers[object] else { return [] }
        begun[cycle] -= 1
        guard begun[cycle] == 0 else { return [] }
        return exchange(&postponed[cycle], [])
    }

    /// Whether the contents of an object must wait.
    func mustWait(_ object: PickleReference) -> Bool {
        cycles.numbers[object].map { begun[$0] > 0 } ?? false
    }

    mutating func postpone(_ object: PickleReference) {
        if let cycle = cycles.numbers[object] { postponed[cycle].append(object) }
    }
}

extension PickleReference {
    /// The containers among some children.
    fileprivate func parts(_ children: (PickleNode) -> [PickleNode.Index]) -> [PickleReference] {
        children(node).compactMap { child in
            let part = sibling(child).resolved
            return part.node.isContainer ? part : nil
        }
    }
}

extension PickleNode {
    fileprivate var isInstance: Bool {
        if case .instance = self { true } else { false }
    }

    fileprivate var children: [Index] {
        var children: [Index] = []
        forEachChild { children.append($0) }
        return children
    }

    /// Whether there are parts that are added once the object exists.
    fileprivate func hasContents(_ version: PickleProtocol) -> Bool {
        switch self {
        case .list(let items), .dictionary(let items): !items.isEmpty
        case .set(let items): version >= .v4 && !items.isEmpty
        case .instance(let instance): instance.hasContents
        default: false
        }
    }

    /// Of an object with contents, the parts that it is made from.
    fileprivate var construction: [Index] {
        guard case .instance(let instance) = self else { return [] }
        return [instance.callable, instance.arguments] + (instance.keywordArguments.map { [$0] } ?? [])
    }
}

extension PickleInstanceNode {
    fileprivate var hasContents: Bool {
        ![states, setters, listItems, setItems, dictionaryItems].allSatisfy(\.isEmpty)
    }
}
