import Synchronization

/// Counts from 0, for several threads.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// The count so far, which then goes on.
    func next() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
