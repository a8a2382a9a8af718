import Pickle

/// The entries of a Python `dict`: found by key, kept in the order in which keys came.
struct KeyedEntries: Sendable {
    /// The key as it was first sent (`d[1]` and `d[1.0]` keep the first), and the value.
    typealias Entry = (key: Fragment, value: Fragment)

    private struct Slot: Sendable {
        let hash: UInt32
        let key: Fragment
        var value: Fragment
        var entry: Entry { (key, value) }
    }

    private var index = PositionIndex()
    private var slots = OrderedSlots<Slot>()

    var count: Int { slots.count }

    subscript(key: EntryKey) -> Fragment? {
        position(of: key).flatMap { slots[$0]?.value }
    }

    func contains(_ key: EntryKey) -> Bool { position(of: key) != nil }

    private func position(of key: EntryKey) -> Int? {
        index.position(key.hash) { (slots[$0]?.key).map { key.isKey(of: $0) } ?? false }
    }

    /// Sets the value of a key, which keeps its place when it is there.
    mutating func set(_ key: EntryKey, _ entry: Entry) {
        if let position = position(of: key) {
            slots[position]?.value = entry.value
        } else {
            index.insert(key.hash, slots.append(Slot(hash: key.hash, key: entry.key, value: entry.value)))
        }
    }

    @discardableResult
    mutating func remove(_ key: EntryKey) -> Fragment? {
        position(of: key).flatMap { remove(key.hash, at: $0) }?.value
    }

    /// The entry that came last.
    mutating func removeLast() -> Entry? {
        guard let position = slots.lastPosition, let hash = slots[position]?.hash else { return nil }
        return remove(hash, at: position)?.entry
    }

    private mutating func remove(_ hash: UInt32, at position: Int) -> Slot? {
        index.remove(hash, position)
        return slots.remove(at: position) { index.move($0.hash, from: $1, to: $2) }
    }

    mutating func removeAll() { self = KeyedEntries() }

    /// The entries in order.
    var entries: some Sequence<Entry> { slots.lazy.map(\.entry) }

    /// The entries in order, each with its key, which is made again from the fragment rather than kept.
    var keyed: some Sequence<(key: EntryKey, entry: Entry)> {
        entries.lazy.compactMap { entry in (try? EntryKey(entry.key)).map { (key: $0, entry: entry) } }
    }
}
