import DequeModule
import HeapModule
import Pickle

/// What sessions have on lease, each lease under a receipt that is never used again.
///
/// A lease lives as long as its session, and not beyond its deadline, if it has one. Only its session can end it.
struct LeaseTable<Item: Sendable>: Sendable {
    private struct Lease: Sendable {
        let session: SessionID
        let item: Item
        var deadline: Timestamp?
    }

    /// When a lease may end; it does not when it has been ended or renewed since.
    private struct Expiry: Comparable, Sendable {
        let moment: Timestamp
        let receipt: Int

        static func < (left: Expiry, right: Expiry) -> Bool { (left.moment, left.receipt) < (right.moment, right.receipt) }
    }

    private var leases: [Int: Lease] = [:]
    /// The oldest first.
    private var receipts: [SessionID: Deque<Int>] = [:]
    private var expiries = Heap<Expiry>()
    private var lastReceipt = 0

    var count: Int { leases.count }
    var isEmpty: Bool { leases.isEmpty }

    /// - Parameter deadline: when the lease ends by itself; `nil` for as long as its session lasts.
    /// - Returns: the receipt.
    mutating func grant(_ item: Item, to session: SessionID, until deadline: Timestamp? = nil) -> Int {
        lastReceipt += 1
        leases[lastReceipt] = Lease(session: session, item: item, deadline: deadline)
        receipts[session, default: []].append(lastReceipt)
        expect(deadline, lastReceipt)
        return lastReceipt
    }

    /// Ends a lease of a session.
    ///
    /// - Returns: the item; `nil` when the session has no such lease, or has it no more.
    mutating func end(_ receipt: Int, of session: SessionID) -> Item? {
        guard leases[receipt]?.session == session else { return nil }
        return remove(receipt)
    }

    /// Ends the lease that a session has had longest.
    mutating func endOldest(of session: SessionID) -> Item? {
        receipts[session]?.first.flatMap { remove($0) }
    }

    /// Ends all leases of a session.
    ///
    /// - Returns: the items, in the order in which they were leased.
    mutating func endAll(of session: SessionID) -> [Item] {
        let ended = receipts.removeValue(forKey: session) ?? []
        return ended.compactMap { leases.removeValue(forKey: $0)?.item }
    }

    /// Moves the end of a lease.
    ///
    /// - Returns: whether the session has such a lease.
    mutating func renew(_ receipt: Int, of session: SessionID, until deadline: Timestamp?) -> Bool {
        guard leases[receipt]?.session == session else { return false }
        leases[receipt]?.deadline = deadline
        expect(deadline, receipt)
        return true
    }

    private mutating func remove(_ receipt: Int) -> Item? {
        guard let lease = leases.removeValue(forKey: receipt) else { return nil }
        if let place = receipts[lease.session]?.firstIndex(of: receipt) { receipts[lease.session]?.remove(at: place) }
        if receipts[lease.session]?.isEmpty == true { receipts[lease.session] = nil }
        return lease.item
    }
}

extension LeaseTable {
    /// Ends the lease that a call of `ack` or `nack` names.
    ///
    /// - Throws: `ValueError` when the caller's session has no such lease, or has it no more.
    mutating func end(_ call: Call) throws(PythonException) -> Item {
        let receipt = try call.int(0)
        guard let item = end(receipt, of: call.id.session) else { throw .notLeased(receipt) }
        return item
    }
}

extension PythonException {
    /// A receipt under which the session has nothing on lease, or has it no more.
    static func notLeased(_ receipt: Int) -> PythonException {
        .valueError("no item is leased to this session under receipt \(receipt)")
    }
}

// MARK: - Deadlines

extension LeaseTable {
    /// The moment at which a lease ends next.
    mutating func nextDeadline() -> Timestamp? {
        while let next = expiries.min, !isCurrent(next) { expiries.removeMin() }
        return expiries.min?.moment
    }

    /// Ends the leases whose deadline has come.
    ///
    /// - Returns: the items, those that ended first in front.
    mutating func endExpired(at now: Timestamp) -> [Item] {
        var ended: [Item] = []
        while let next = nextDeadline(), next <= now, let receipt = expiries.popMin()?.receipt {
            if let item = remove(receipt) { ended.append(item) }
        }
        return ended
    }

    private func isCurrent(_ expiry: Expiry) -> Bool { leases[expiry.receipt]?.deadline == expiry.moment }

    private mutating func expect(_ deadline: Timestamp?, _ receipt: Int) {
        guard let deadline else { return }
        expiries.insert(Expiry(moment: deadline, receipt: receipt))
        // What has been renewed leaves its old deadlines behind.
        if expiries.count > 2 * leases.count + 16 { expiries = Heap(expiries.unordered.filter { isCurrent($0) }) }
    }
}
