import Pickle

extension ManagedWorkQueue {
    /// `lease(timeout=None, lease_time=None)`: waits for an item as long as it takes, or so many seconds; with 0 not at all.
    ///
    /// - Returns: `(receipt, item, deliveries)`: how often the item has been delivered, this time included.
    mutating func lease(_ call: Call, _ now: Timestamp) throws(PythonException) -> Outcome {
        let timeout = try call.optional(0)?.duration("timeout")
        let duration = try call.optional(1)?.duration("lease_time")
        if let lease = grant(to: call.id.session, lasting: duration, now) { return .value(lease) }
        guard !isShutDown || !isIdle else { throw ManagedQueue.shutDown }
        guard timeout != 0 else { throw ManagedQueue.empty }
        takers.append(call.id, duration)
        return .waits(until: timeout.map { now.advanced(bySeconds: $0) })
    }

    private mutating func grant(to session: SessionID, lasting duration: Double?, _ now: Timestamp) -> Fragment? {
        guard var work = ready.popFirst() else { return nil }
        work.deliveries += 1
        let receipt = leases.grant(work, to: session, until: (duration ?? leaseTime).map { now.advanced(bySeconds: $0) })
        return FragmentBuilder.tuple([Fragment(receipt), work.item, Fragment(work.deliveries)])
    }

    /// Serves those who wait for items. Nothing leaves the queue with the answers: what is leased is still here.
    mutating func grantLeases(_ effects: inout Effects) {
        while !ready.isEmpty, let (call, duration) = takers.popFirst() {
            if let lease = grant(to: call.session, lasting: duration, effects.now) { effects.answer(call, .value(lease)) }
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
