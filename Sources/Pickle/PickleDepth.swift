/// How deeply containers nest.
enum PickleDepth {
    typealias Index = PickleNode.Index

    /// Whether the nesting below `root` passes a limit. A reference back to a container that is being looked at ends there, so
    /// that for a recursive value this is the length of one path, not of the longest.
    static func exceeds(_ limit: Int, from root: Index, in nodes: [PickleNode]) -> Bool {
        // As deep as there are nodes, at most: small values need no look.
        guard nodes.count > limit else { return false }
        var walk = Walk(nodes)
        return walk.depth(of: root, notBeyond: limit) > limit
    }

    /// A depth-first walk without recursion that looks at each node once.
    private struct Walk {
        let nodes: [PickleNode]
        /// 0: not seen; 1: being looked at, or without depth of its own; n + 1: of depth n.
        var depths: [Int32]

        init(_ nodes: [PickleNode]) {
            self.nodes = nodes
            depths = Array(repeating: 0, count: nodes.count)
        }

        mutating func depth(of root: Index, notBeyond limit: Int) -> Int {
            var pending = [root]
            while let next = pending.popLast() {
                if next < 0 {
                    let depth = close(~next)
                    if depth > limit { return depth }
                } else if depths[Int(next)] == 0 {
                    open(next, &pending)
                }
            }
            return Int(depths[Int(root)]) - 1
        }

        private mutating func open(_ index: Index, _ pending: inout [Index]) {
            depths[Int(index)] = 1
            guard nodes[Int(index)].isContainer else { return }
            pending.append(~index)
            nodes[Int(index)].forEachChild { if depths[Int($0)] == 0 { pending.append($0) } }
        }

        private mutating func close(_ index: Index) -> Int {
            var deepest: Int32 = 1
            nodes[Int(index)].forEachChild { deepest = max(deepest, depths[Int($0)]) }
            depths[Int(index)] = deepest + 1
            return Int(deepest)
        }
    }
}

extension PickleNode {
    var isContainer: Bool {
        switch self {
        case .atom, .byteArray: false
        default: true
        }
    }

    /// The nodes that this one refers to, in the order in which a pickle writes them.
    func forEachChild(_ body: (Index) -> Void) {
        switch self {
        case .atom, .byteArray: return
        case .tuple(let children), .list(let children), .set(let children), .frozenSet(let children),
            .dictionary(let children):
            children.forEach(body)
        case .persistent(let identifier): body(identifier)
        case .instance(let instance):
            body(instance.callable)
            body(instance.arguments)
            instance.keywordArguments.map(body)
            for items in [instance.listItems, instance.dictionaryItems, instance.setItems, instance.states, instance.setters] {
                items.forEach(body)
            }
        }
    }
}
