import Pickle

/// A binary heap of values by Python's `<`. Equal items come out in the order in which CPython's `heapq` gives them, which programs can
/// see; so the steps are the same: what is removed is replaced by the last, which sinks to a leaf and rises from there.
struct PriorityHeap: Sendable {
    private struct Entry: Sendable {
        let value: PickleValue
        let item: Fragment
    }

    private var entries: [Entry] = []
    /// The oldest Python that has put something in: Python 2 orders what later ones do not, and the others as they do.
    private var oldest = PythonVersion.latest

    var count: Int { entries.count }

    /// - Parameter python: by whose order it must be comparable.
    /// - Throws: `TypeError` when the item cannot be compared with those on its way; the heap is then as it was.
    mutating func insert(_ item: Fragment, python: PythonVersion) throws(PythonException) {
        let entry = Entry(value: try item.pythonValue(), item: item)
        var path: [Int] = []
        var position = entries.count
        while position > 0 {
            let parent = (position - 1) / 2
            guard try entry.value.isLess(than: entries[parent].value, python: python) else { break }
            path.append(parent)
            position = parent
        }
        oldest = min(oldest, python)
        entries.append(entry)
        place(entry, at: entries.count - 1, movingDown: path)
    }

    /// An item that was in the heap before; one that can no longer be compared goes to the end.
    mutating func putBack(_ item: Fragment) {
        do {
            try insert(item, python: oldest)
        } catch {
            entries.append(Entry(value: .none, item: item))
        }
    }

    private mutating func place(_ entry: Entry, at position: Int, movingDown path: [Int]) {
        var position = position
        for parent in path {
            entries[position] = entries[parent]
            position = parent
        }
        entries[position] = entry
    }

    /// The lowest; there must be one.
    mutating func removeFirst() -> Fragment {
        let last = entries.removeLast()
        guard let first = entries.first else { return last.item }
        let leaf = sink()
        var path: [Int] = []
        var position = leaf
        while position > 0 {
            let parent = (position - 1) / 2
            guard isLess(last, entries[parent]) else { break }
            path.append(parent)
            position = parent
        }
        place(last, at: leaf, movingDown: path)
        return first.item
    }

    /// Moves the lower child up along the way from the root, to a leaf.
    ///
    /// - Returns: the leaf, which is free.
    private mutating func sink() -> Int {
        var position = 0
        var child = 1
        while child < entries.count {
            if child + 1 < entries.count, !isLess(entries[child], entries[child + 1]) { child += 1 }
            entries[position] = entries[child]
            position = child
            child = 2 * position + 1
        }
        return position
    }

    /// What was compared on its way in is comparable; two that never met may not be, and keep their places.
    private func isLess(_ left: Entry, _ right: Entry) -> Bool {
        (try? left.value.isLess(than: right.value, python: oldest)) ?? false
    }
}
