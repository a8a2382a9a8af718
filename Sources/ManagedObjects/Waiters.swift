import DequeModule

/// The calls that wait for one thing, first come first served. Adding, answering the first and giving one up take constant
/// time on average, however many wait.
struct Waiters<Wish: Sendable>: Sendable {
    private var order: Deque<CallID> = []
    private var wishes: [CallID: Wish] = [:]

    var isEmpty: Bool { wishes.isEmpty }
    var count: Int { wishes.count }

    mutating func append(_ call: CallID, _ wish: Wish) {
        order.append(call)
        wishes[call] = wish
    }

    /// The one that has waited longest.
    mutating func popFirst() -> (call: CallID, wish: Wish)? {
        while let call = order.popFirst() {
            if let wish = wishes.removeValue(forKey: call) { return (call, wish) }
        }
        return nil
    }

    /// Takes a call out, wherever it stands.
    mutating func remove(_ call: CallID) -> Wish? {
        guard let wish = wishes.removeValue(forKey: call) else { return nil }
        if order.count > 2 * wishes.count + 16 { order.removeAll { wishes[$0] == nil } }
        return wish
    }

    /// All, in order.
    mutating func removeAll() -> [(call: CallID, wish: Wish)] {
        var all: [(call: CallID, wish: Wish)] = []
        while let next = popFirst() { all.append(next) }
        return all
    }
}

extension Waiters where Wish == Void {
    mutating func append(_ call: CallID) { append(call, ()) }
}
