extension PickleValue {
    /// Every instance in the value, however deep; each once.
    public var instances: [PickleInstance] {
        guard let reference else { return [] }
        var found: [PickleInstance] = []
        var seen: Set<PickleReference> = [reference]
        var pending = [reference]
        while let next = pending.popLast() {
            let node = next.node
            if case .instance = node { found.append(PickleInstance(next)) }
            node.forEachChild { child in
                let child = next.sibling(child).resolved
                if child.graph.nodes[Int(child.index)].isContainer, seen.insert(child).inserted { pending.append(child) }
            }
        }
        return found
    }

    /// The value with other values in the place of some instances.
    ///
    /// - Parameter replacement: what stands for an instance; `nil` to leave it.
    public func replacingInstances(_ replacement: (PickleInstance) throws(PythonException) -> PickleValue?) throws(PythonException) -> PickleValue {
        guard let reference else { return self }
        var nodes = reference.graph.nodes
        for index in nodes.indices {
            guard case .instance = nodes[index] else { continue }
            let instance = PickleInstance(reference.sibling(PickleNode.Index(index)))
            if let value = try replacement(instance) { nodes[index] = .atom(value) }
        }
        let graph = PickleGraph(nodes)
        if case .atom(let value) = graph.nodes[Int(reference.index)] { return value }
        return graph.value(at: reference.index)
    }
}
