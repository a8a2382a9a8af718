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
        let all = ObjectCycles(from: [root]) { $0.parts { $0.children } }
        let given = Self.given(all.numbers.keys, shared)
        let sure = Set(all.numbers.keys.filter { $0.node.hasContents(version) && !given.contains($0) })
        let rest = ObjectCycles(from: all.numbers.keys) { object in
            object.parts { sure.contains(object) ? $0.construction : $0.children }
        }
        postponable = sure.union(rest.numbers.keys.filter { $0.node.hasContents(version) })
        cycles = all
        begun = Array(repeating: 0, count: all.count)
        postponed = Array(repeating: [], count: all.count)
    }

    /// Containers that calls are given and nothing else refers to. A call may look into them, so they are filled before it if
    /// that can be: `SetOf([member])`.
    private static func given(_ objects: some Sequence<PickleReference>, _ shared: Set<PickleReference>) -> Set<PickleReference> {
        var pending = objects.flatMap { object in object.parts { $0.isInstance ? $0.construction : [] } }
        var given: Set<PickleReference> = []
        while let object = pending.popLast() {
            guard !object.node.isInstance, !shared.contains(object), given.insert(object).inserted else { continue }
            pending += object.parts { $0.children }
        }
        return given
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

    /// Keeps an object for later, if its contents must wait and can.
    mutating func postpone(_ object: PickleReference) -> Bool {
        guard mustWait(object), postponable.contains(object), let cycle = cycles.numbers[object] else { return false }
        postponed[cycle].append(object)
        return true
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

    /// The parts that an object is made from, where it can be made before its contents are.
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
