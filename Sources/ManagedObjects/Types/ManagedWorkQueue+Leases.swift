import Pickle

/// What a call waits for that takes items from a work queue.
enum WorkWish: Sendable {
    /// How long the lease is to last, in seconds; `nil` for the queue's own time.
    case lease(lasting: Double?)
    /// For good.
    case item
    case items(upTo: Int)
}

extension ManagedWorkQueue {
    /// `lease(timeout=None, lease_time=None)`: waits for an item as long as it takes, or so many seconds; with 0 not at all.
    ///
    /// - Returns: `(receipt, item, deliveries)`: how often the item has been delivered, this time included.
    mutating func lease(_ call: Call, _ now: Timestamp) throws(PythonException) -> Outcome {
        let timeout = try call.optional(0)?.duration("timeout")
        let duration = try call.optional(1)?.duration("lease_time")
        return try take(.lease(lasting: duration), call, orWait: timeout, now)
    }

    /// `get(block=True, timeout=None)` and `get_many(count, block=True, timeout=None)`: takes items for good.
    mutating func get(_ wish: WorkWish, _ call: Call, from position: Int, _ now: Timestamp) throws(PythonException) -> Outcome {
        let blocks = try call.truth(position, default: true)
        return try take(wish, call, orWait: blocks ? call.optional(position + 1)?.duration("timeout") : 0, now)
    }

    private mutating func take(_ wish: WorkWish, _ call: Call, orWait timeout: Double?, _ now: Timestamp) throws(PythonException) -> Outcome {
        if !ready.isEmpty { return .value(take(wish, for: call.id.session, now).value) }
        guard !isShutDown || !isIdle else { throw ManagedQueue.shutDown }
        guard timeout != 0 else { throw ManagedQueue.empty }
        takers.append(call.id, wish)
        return .waits(until: timeout.map { now.advanced(bySeconds: $0) })
    }

    /// What the wish gets from the items that are ready, of which there is at least one.
    ///
    /// - Returns: the answer, and the items that are with its receiver alone. One that is on lease is still here.
    private mutating func take(_ wish: WorkWish, for session: SessionID, _ now: Timestamp) -> (value: Fragment, left: [WorkItem]) {
        switch wish {
        case .lease(let duration):
            return (ready.popFirst().map { grant($0, to: session, lasting: duration, now) } ?? .none, [])
        case .item:
            let left = leave(1)
            return (left[0].item, left)
        case .items(let most):
            let left = leave(most)
            return (FragmentBuilder.list(left.map(\.item)), left)
        }
    }

    private mutating func leave(_ most: Int) -> [WorkItem] {
        let left = (0..<min(most, ready.count)).compactMap { _ in ready.popFirst() }
        for work in left { keys.remove(work.key) }
        return left
    }

    private mutating func grant(_ work: WorkItem, to session: SessionID, lasting duration: Double?, _ now: Timestamp) -> Fragment {
        var work = work
        work.deliveries += 1
        let receipt = leases.grant(work, to: session, until: (duration ?? leaseTime).map { now.advanced(bySeconds: $0) })
        return FragmentBuilder.tuple([Fragment(receipt), work.item, Fragment(work.deliveries)])
    }

    /// Serves those who wait for items.
    mutating func serveTakers(_ effects: inout Effects) {
        while !ready.isEmpty, let (call, wish) = takers.popFirst() {
            let (value, left) = take(wish, for: call.session, effects.now)
            effects.answer(call, .value(value), carrying: left.flatMap(\.parts))
        }
    }

    /// `ack(receipt)`: the work is done.
    mutating func acknowledge(_ call: Call) throws(PythonException) -> Outcome {
        keys.remove(try leases.end(call).key)
        return .none
    }

    /// `nack(receipt, delay=0)`: another is to do the work, and not before the delay is over.
    mutating func giveBack(_ call: Call, _ now: Timestamp) throws(PythonException) -> Outcome {
        let delay = try call.optional(1)?.duration("delay") ?? 0
        giveBack(try leases.end(call), after: delay, now)
        return .none
    }

    /// The lease of an item has ended, and the work is not done.
    mutating func giveBack(_ work: WorkItem) { giveBack(work, after: 0, Timestamp(nanoseconds: 0)) }

    private mutating func giveBack(_ work: WorkItem, after delay: Double, _ now: Timestamp) {
        guard maximumDeliveries > 0, work.deliveries >= maximumDeliveries else { return place(work, after: delay, now) }
        keys.remove(work.key)
        dead.append(work)
    }

    /// `renew(receipt, lease_time=None)`: the lease lasts this long from now, or as long as one of the queue's does.
    mutating func renew(_ call: Call, _ now: Timestamp) throws(PythonException) -> Outcome {
        let receipt = try call.int(0)
        let duration = try call.optional(1)?.duration("lease_time") ?? leaseTime
        guard leases.renew(receipt, of: call.id.session, until: duration.map { now.advanced(bySeconds: $0) }) else { throw .notLeased(receipt) }
        return .none
    }

    /// `peek(count=1)`: the items that would be leased next.
    func peek(_ call: Call) throws(PythonException) -> Outcome {
        let count = try call.optional(0)?.pythonIndex() ?? 1
        return .value(FragmentBuilder.list(ready.prefix(max(count, 0)).map(\.item)))
    }

    /// `counts()`: how many items there are of each kind, at one moment.
    func counts(_ call: Call) throws(PythonException) -> Outcome {
        var entries: [(key: Fragment, value: Fragment)] = []
        for (name, count) in [("ready", ready.count), ("leased", leases.count), ("delayed", delayed.count), ("dead", dead.count)] {
            entries.append((try call.sent.text(ofName: name), Fragment(count)))
        }
        return .value(FragmentBuilder.dictionary(entries))
    }
}
