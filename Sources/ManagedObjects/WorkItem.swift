import HeapModule
import Pickle

/// An item of a work queue, with what the queue knows of it.
struct WorkItem: Sendable {
    let item: Fragment
    let priority: Int
    /// By which it is known for the same as another.
    var key: PickleKey?
    /// Its place in the line of its priority, which it keeps however often it comes back; 0 before it has one, and for a dead letter.
    var place = 0
    /// How often it has been leased.
    var deliveries = 0
}

extension WorkItem {
    /// What goes along with an answer by which the item leaves the queue, so that it can come back. Its key is free by then.
    var parts: [Fragment] { [item, Fragment(priority), Fragment(place), Fragment(deliveries)] }

    /// The items whose parts these are.
    static func items(of parts: [Fragment]) -> [WorkItem] {
        stride(from: 0, to: parts.count, by: 4).map { start in
            let numbers = parts[start + 1..<start + 4].map { $0.int ?? 0 }
            return WorkItem(item: parts[start], priority: numbers[0], key: nil, place: numbers[1], deliveries: numbers[2])
        }
    }
}

/// The items that can be leased now: those of the highest priority first, and of these the one that has been in line longest.
struct ReadyItems: Sendable {
    private struct Entry: Comparable, Sendable {
        let work: WorkItem

        static func < (left: Entry, right: Entry) -> Bool {
            left.work.priority == right.work.priority ? left.work.place < right.work.place : left.work.priority > right.work.priority
        }

        static func == (left: Entry, right: Entry) -> Bool { left.work.place == right.work.place }
    }

    private var entries = Heap<Entry>()
    private var lastPlace = 0
    private(set) var byteCount = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    /// Puts an item at the end of its line.
    mutating func append(_ work: WorkItem) {
        lastPlace += 1
        var work = work
        work.place = lastPlace
        putBack(work)
    }

    /// Puts an item that was in line before to where it was: in front of all that have not been leased yet.
    mutating func putBack(_ work: WorkItem) {
        byteCount += work.item.body.count
        entries.insert(Entry(work: work))
    }

    mutating func popFirst() -> WorkItem? {
        guard let work = entries.popMin()?.work else { return nil }
        byteCount -= work.item.body.count
        return work
    }

    /// The first items, as they would be leased.
    func prefix(_ count: Int) -> [WorkItem] {
        if count == 1 { return entries.min.map { [$0.work] } ?? [] }
        return entries.unordered.sorted().prefix(count).map(\.work)
    }

    mutating func removeAll() -> [WorkItem] {
        defer { (entries, byteCount) = (Heap(), 0) }
        return entries.unordered.map(\.work)
    }
}

/// The items whose moment has not come yet.
struct DelayedItems: Sendable {
    private struct Entry: Comparable, Sendable {
        let due: Timestamp
        /// Counts the entries, so that of two with the same moment the earlier one comes first.
        let number: Int
        let work: WorkItem

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.number) < (right.due, right.number) }
        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    private var entries = Heap<Entry>()
    private var lastNumber = 0
    private(set) var byteCount = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }
    /// When the next one's moment comes.
    var nextDue: Timestamp? { entries.min?.due }

    mutating func insert(_ work: WorkItem, until due: Timestamp) {
        lastNumber += 1
        byteCount += work.item.body.count
        entries.insert(Entry(due: due, number: lastNumber, work: work))
    }

    /// Takes out the next item whose moment has come.
    mutating func popDue(at now: Timestamp) -> WorkItem? {
        guard let nextDue, nextDue <= now, let work = entries.popMin()?.work else { return nil }
        byteCount -= work.item.body.count
        return work
    }

    mutating func removeAll() -> [WorkItem] {
        defer { (entries, byteCount) = (Heap(), 0) }
        return entries.unordered.map(\.work)
    }
}
