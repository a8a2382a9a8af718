import DequeModule
import Pickle

/// The keys by which a work queue knows an item for one that it has already.
///
/// A key is taken while its item is in the queue, and for a time from when it was put.
struct UniqueKeys: Sendable {
    /// For how long from its putting a key stays taken even when its item is gone, in seconds.
    let window: Double
    private var present: Set<PickleKey> = []
    private var recent: Set<PickleKey> = []
    /// When a recent key is no more; all last equally long, so the next to be forgotten is the first.
    private var ends: Deque<(key: PickleKey, end: Timestamp)> = []

    init(window: Double) { self.window = window }

    func isTaken(_ key: PickleKey?) -> Bool {
        guard let key else { return false }
        return present.contains(key) || recent.contains(key)
    }

    /// An item has been put.
    mutating func take(_ key: PickleKey?, at now: Timestamp) {
        guard let key else { return }
        present.insert(key)
        guard window > 0 else { return }
        recent.insert(key)
        ends.append((key, now.advanced(bySeconds: window)))
    }

    /// An item is gone.
    mutating func remove(_ key: PickleKey?) {
        if let key { present.remove(key) }
    }

    /// Forgets what was put too long ago.
    mutating func forget(at now: Timestamp) {
        while let first = ends.first, first.end <= now {
            recent.remove(first.key)
            ends.removeFirst()
        }
    }
}
