import DequeModule
import Pickle

/// The items that a work queue has given up: they were delivered as often as may be, and never acknowledged.
struct DeadLetters: Sendable {
    private(set) var letters: Deque<WorkItem> = []
    /// The bytes of all, pickled.
    private(set) var byteCount = 0
    /// Calls that wait for a dead letter, each with how many it takes; `nil` for all.
    var waiters = Waiters<Int?>()

    var count: Int { letters.count }

    /// Its key is free from now on, and it has no place in line any more.
    mutating func append(_ work: WorkItem) {
        byteCount += work.item.body.count
        letters.append(WorkItem(item: work.item, priority: work.priority, key: nil, deliveries: work.deliveries))
    }

    /// Takes out those that have been dead longest.
    mutating func take(_ count: Int?) -> [WorkItem] {
        let taken = Array(letters.prefix(Swift.max(count ?? letters.count, 0)))
        letters.removeFirst(taken.count)
        byteCount -= taken.map(\.item).byteCount
        return taken
    }

    /// Serves the calls that wait.
    mutating func serve(_ effects: inout Effects) {
        while !letters.isEmpty, let (call, count) = waiters.popFirst() {
            let taken = take(count)
            effects.answer(call, .value(taken.list), carrying: taken.flatMap(\.parts))
        }
    }

    /// One that could not be delivered comes back to where it was.
    mutating func putBack(_ letter: WorkItem) {
        byteCount += letter.item.body.count
        letters.prepend(letter)
    }
}

extension Sequence<WorkItem> {
    /// `[(item, deliveries), …]`
    fileprivate var list: Fragment {
        FragmentBuilder.list(map { FragmentBuilder.tuple([$0.item, Fragment($0.deliveries)]) })
    }
}

extension ManagedWorkQueue {
    /// `dead_letters(count=None)`: `[(item, deliveries), …]`, those that have been dead longest first.
    func listDeadLetters(_ call: Call) throws(PythonException) -> Outcome {
        let count = try call.count(0) ?? dead.count
        return .value(dead.letters.prefix(count).list)
    }

    /// `take_dead_letters(count=None, block=False, timeout=None)`: takes them out of the queue. One that blocks waits for the first.
    mutating func takeDeadLetters(_ call: Call) throws(PythonException) -> Outcome {
        let count = try call.count(0)
        let blocks = try call.truth(1, default: false)
        let deadline = try call.deadline(block: 1, timeout: 2)
        guard dead.count == 0, blocks, case .block(let until) = deadline else { return .value(dead.take(count).list) }
        guard !isShutDown || !isIdle else { throw ManagedQueue.shutDown }
        dead.waiters.append(call.id, count)
        return .waits(until: until)
    }

    /// `refill(count=None)`: dead letters go back into line, as if they had never been delivered.
    ///
    /// - Returns: how many.
    mutating func refill(_ call: Call) throws(PythonException) -> Outcome {
        let letters = dead.take(try call.count(0))
        for letter in letters { ready.append(WorkItem(item: letter.item, priority: letter.priority, key: nil)) }
        return .int(letters.count)
    }
}

extension Call {
    /// How many a caller wants; `nil` for all.
    fileprivate func count(_ position: Int) throws(PythonException) -> Int? {
        guard let argument = optional(position), !argument.isNone else { return nil }
        return max(try argument.pythonIndex(), 0)
    }
}
