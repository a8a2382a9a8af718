/// The table that `PUT` and `MEMOIZE` fill and `GET` reads.
///
/// Indices are nearly always 0, 1, 2…, so they index an array; one that is far off goes into a dictionary, so that a large
/// index costs no more than a small one.
struct UnpicklerMemo {
    private static let absent: PickleNode.Index = -1
    private var dense: [PickleNode.Index] = []
    private var sparse: [Int: PickleNode.Index] = [:]
    /// How many indices are in use: the index that `MEMOIZE` puts under.
    private(set) var count = 0

    subscript(index: Int) -> PickleNode.Index? {
        guard index >= dense.count else { return index >= 0 && dense[index] != Self.absent ? dense[index] : nil }
        return sparse.isEmpty ? nil : sparse[index]
    }

    mutating func put(_ node: PickleNode.Index, at index: Int) {
        if self[index] == nil { count += 1 }
        if index < dense.count {
            dense[index] = node
        } else if index <= 2 * count + 64, sparse.isEmpty {
            // CPython 2 begins at 1 and leaves gaps.
            while dense.count < index { dense.append(Self.absent) }
            dense.append(node)
        } else {
            sparse[index] = node
        }
    }
}
