import Pickle
import DequeModule

/// In which order a queue's items come out.
public enum QueueOrder: Sendable {
    /// The first in is the first out: `queue.Queue`.
    case fifo
    /// The last in is the first out: `queue.LifoQueue`.
    case lifo
    /// The lowest first, by Python's `<`: `queue.PriorityQueue`.
    case priority

    var className: String {
        switch self {
        case .fifo: "Queue"
        case .lifo: "LifoQueue"
        case .priority: "PriorityQueue"
        }
    }
}

/// The items of a queue, in its order.
struct QueueItems: Sendable {
    let order: QueueOrder
    private let limits: QueueLimits
    /// The bytes of all items, pickled.
    private(set) var byteCount = 0
    private var row: Deque<Fragment> = []
    private var heap = PriorityHeap()

    init(_ order: QueueOrder, _ limits: QueueLimits) {
        self.order = order
        self.limits = limits
    }

    var count: Int { order == .priority ? heap.count : row.count }
    var isEmpty: Bool { count == 0 }

    /// Puts items in, all or none.
    ///
    /// - Parameter python: by whose order they must be comparable.
    /// - Throws: `TypeError` when items cannot be ordered; `MemoryError` beyond the limits.
    mutating func insert(_ items: [Fragment], python: PythonVersion) throws(PythonException) {
        try limits.check(items, to: count, byteCount)
        guard order == .priority else {
            row.append(contentsOf: items)
            byteCount += items.byteCount
            return
        }
        var grown = heap
        for item in items { try grown.insert(item, python: python) }
        heap = grown
        byteCount += items.byteCount
    }

    /// The next item; there must be one.
    mutating func removeFirst() -> Fragment {
        let item = switch order {
        case .fifo: row.removeFirst()
        case .lifo: row.removeLast()
        case .priority: heap.removeFirst()
        }
        byteCount -= item.body.count
        return item
    }

    /// Items that were taken come back, to be the next.
    mutating func putBack(_ items: [Fragment]) {
        byteCount += items.byteCount
        switch order {
        case .fifo: row.prepend(contentsOf: items)
        case .lifo: row.append(contentsOf: items.reversed())
        case .priority: for item in items { heap.putBack(item) }
        }
    }

    mutating func removeAll() {
        byteCount = 0
        row = []
        heap = PriorityHeap()
    }
}
