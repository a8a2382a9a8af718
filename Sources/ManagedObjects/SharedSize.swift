import Synchronization

/// How many keys a `dict` has, for the iterators over it, which end with an error once that has changed.
final class SharedSize: Sendable {
    private let size = Atomic(0)

    func set(_ value: Int) { size.store(value, ordering: .relaxed) }
    var value: Int { size.load(ordering: .relaxed) }
}
