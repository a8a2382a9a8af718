import Pickle

/// The entries of a Python `dict`: found by key, kept in the order in which keys came.
///
/// As in CPython 3.6 and later, entries stand in an array that an index refers to; what is removed leaves a gap, and gaps
/// are closed when they outnumber what is there.
struct KeyedEntries: Sendable {
    /// The key as it was first sent (`d[1]` and `d[1.0]` keep the first), and the value.
    typealias Entry = (key: Fragment, value: Fragment)

    private var positions: [PickleKey: Int] = [:]
    private var slots: [Entry?] = []

    var count: Int { positions.count }

    subscript(key: PickleKey) -> Fragment? {
        positions[key].flatMap { slots[$0]?.value }
    }

    func contains(_ key: PickleKey) -> Bool { positions[key] != nil }

    /// Sets the value of a key, which keeps its place when it is there.
    mutating func set(_ key: PickleKey, _ entry: Entry) {
        if let position = positions[key] {
            slots[position]?.value = entry.value
        } else {
            positions[key] = slots.count
            slots.append(entry)
        }
    }

    @discardableResult
    mutating func remove(_ key: PickleKey) -> Fragment? {
        guard let position = positions.removeValue(forKey: key) else { return nil }
        let removed = slots[position]?.value
        slots[position] = nil
        if slots.count > 2 * positions.count + 16 { closeGaps() }
        return removed
    }

    /// The entry that came last.
    mutating func removeLast() throws(PythonException) -> Entry? {
        while let slot = slots.popLast() {
            guard let entry = slot else { continue }
            positions[try PickleKey(entry.key)] = nil
            return entry
        }
        return nil
    }

    mutating func removeAll() {
        positions = [:]
        slots = []
    }

    /// The entries in order.
    var entries: some Sequence<Entry> { slots.lazy.compactMap { $0 } }

    /// The entries in order, each with its key, which is made again from the fragment rather than kept.
    var keyed: some Sequence<(key: PickleKey, entry: Entry)> {
        entries.lazy.compactMap { entry in (try? PickleKey(entry.key)).map { (key: $0, entry: entry) } }
    }

    private mutating func closeGaps() {
        var moved: [Int: Int] = [:]
        moved.reserveCapacity(positions.count)
        var packed: [Entry?] = []
        packed.reserveCapacity(positions.count)
        for (position, slot) in slots.enumerated() where slot != nil {
            moved[position] = packed.count
            packed.append(slot)
        }
        slots = packed
        positions = positions.mapValues { moved[$0] ?? 0 }
    }
}
