/// Which objects lie on a common cycle: strongly connected components, found as Tarjan's algorithm does, without recursion.
struct ObjectCycles {
    /// The number of the cycle that an object lies on; cycles that meet are one. Objects that do not lead back to themselves
    /// have none.
    private(set) var numbers: [PickleReference: Int] = [:]
    private(set) var count = 0

    private let parts: (PickleReference) -> [PickleReference]
    private var visits: [PickleReference: Int] = [:]
    private var path: [Step] = []
    /// Objects that have been left, but may yet turn out to lie on a cycle.
    private var undecided: [PickleReference] = []
    /// The visit of an object of which that is known.
    private static let decided = Int.max

    private struct Step {
        let object: PickleReference
        let order: Int
        var pending: [PickleReference]
        /// The first object on the path that is reachable from here.
        var lowest: Int
        var leadsToItself = false
    }

    /// - Parameter parts: the objects that an object leads to.
    init(from roots: some Sequence<PickleReference>, parts: @escaping (PickleReference) -> [PickleReference]) {
        self.parts = parts
        for root in roots where visits[root] == nil {
            enter(root)
            while !path.isEmpty { walk() }
        }
    }

    private mutating func enter(_ object: PickleReference) {
        let order = visits.count
        visits[object] = order
        undecided.append(object)
        path.append(Step(object: object, order: order, pending: parts(object), lowest: order))
    }

    private mutating func walk() {
        let top = path.count - 1
        guard let next = path[top].pending.popLast() else { return leave() }
        guard let order = visits[next] else { return enter(next) }
        path[top].lowest = min(path[top].lowest, order)
        if order == path[top].order { path[top].leadsToItself = true }
    }

    private mutating func leave() {
        let step = path.removeLast()
        if step.lowest == step.order { decide(step) }
        guard !path.isEmpty else { return }
        path[path.count - 1].lowest = min(path[path.count - 1].lowest, step.lowest)
    }

    /// Everything behind the object that is still undecided leads to it, and it to them.
    private mutating func decide(_ step: Step) {
        let start = undecided.lastIndex(of: step.object) ?? undecided.endIndex
        let members = undecided[start...]
        for member in members { visits[member] = Self.decided }
        if members.count > 1 || step.leadsToItself {
            for member in members { numbers[member] = count }
            count += 1
        }
        undecided.removeSubrange(start...)
    }
}
