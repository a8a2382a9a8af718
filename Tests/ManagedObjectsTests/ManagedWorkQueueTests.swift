import ManagedObjects
import Pickle
import Testing

/// Work queues as state machines: nothing here waits, the times are given.
struct ManagedWorkQueueTests {
    private static let second: Int64 = 1_000_000_000

    private static func queue(_ configure: (inout ManagedWorkQueue.Options) -> Void = { _ in }) -> ObjectUnderTest {
        var options = ManagedWorkQueue.Options()
        configure(&options)
        return ObjectUnderTest(ManagedWorkQueue(options))
    }

    /// A lease's receipt, item and deliveries.
    private func lease(_ queue: ObjectUnderTest, session: UInt64 = 1, at now: Int64 = 0) throws -> (receipt: PickleValue, item: PickleValue, deliveries: PickleValue) {
        try parts(try queue.call("lease", 0, session: session, at: now).value())
    }

    private func parts(_ lease: PickleValue?) throws -> (receipt: PickleValue, item: PickleValue, deliveries: PickleValue) {
        guard case .tuple(let parts)? = lease, parts.count == 3 else { throw NoLease() }
        return (parts[0], parts[1], parts[2])
    }

    private struct NoLease: Error {}

    private func counts(_ queue: ObjectUnderTest, at now: Int64 = 0) throws -> [PickleValue] {
        guard case .dictionary(let counts) = try queue.call("counts", at: now).value() else { return [] }
        return ["ready", "leased", "delayed", "dead"].compactMap { name in counts.first { $0.key == .string(name) }?.value }
    }

    @discardableResult
    private func put(_ queue: ObjectUnderTest, _ item: PickleValue, at now: Int64 = 0, _ keywords: (String, PickleValue)...) throws -> PickleValue {
        try queue.call("put", positional: [item], keywords: keywords, at: now).value()
    }

    // MARK: Leases

    @Test func `An item is leased, and gone once the lease is acknowledged`() throws {
        let queue = Self.queue()
        #expect(try put(queue, "work") == true)
        let first = try lease(queue)
        #expect(first.item == "work" && first.deliveries == 1)
        #expect(try counts(queue) == [0, 1, 0, 0])
        #expect(try queue.call("ack", first.receipt).value() == .none)
        #expect(try counts(queue) == [0, 0, 0, 0])
        #expect(try queue.call("lease", 0).exception?.name == "Empty")
    }

    @Test func `What a session has on lease comes back to the front, in its order, with its deliveries counted`() throws {
        let queue = Self.queue()
        for item in 1...4 { try put(queue, .int(item)) }
        let other = try lease(queue, session: 6)
        #expect(other.item == 1)
        for _ in 0..<2 { _ = try lease(queue, session: 7) }
        #expect(queue.end(7).isEmpty)
        #expect(try queue.call("peek", 5).value() == [2, 3, 4])
        let (second, third, fourth) = (try lease(queue), try lease(queue), try lease(queue))
        #expect([second.item, third.item, fourth.item] == [2, 3, 4])
        #expect([second.deliveries, third.deliveries, fourth.deliveries] == [2, 2, 1])
        // What was leased first comes back to the very front.
        _ = queue.end(1)
        _ = queue.end(6)
        #expect(try queue.call("peek", 5).value() == [1, 2, 3, 4])
    }

    @Test func `A late acknowledgement is refused by its receipt, although the item is on lease again`() throws {
        let queue = Self.queue()
        try put(queue, "work")
        let first = try lease(queue, session: 7)
        _ = queue.end(7)
        let second = try lease(queue, session: 7)
        #expect(second.item == "work" && second.receipt != first.receipt)
        #expect(try queue.call("ack", first.receipt, session: 7).exception?.name == "ValueError")
        #expect(try queue.call("ack", second.receipt, session: 8).exception?.name == "ValueError")
        #expect(try queue.call("ack", second.receipt, session: 7).value() == .none)
        #expect(try queue.call("ack", second.receipt, session: 7).exception?.name == "ValueError")
    }

    @Test func `Who waits for an item gets what comes back, and the next that is put`() throws {
        let queue = Self.queue()
        try put(queue, "a")
        _ = try lease(queue, session: 7)
        let (first, second) = (try queue.call("lease", session: 1), try queue.call("lease", session: 2))
        #expect(first.waits && second.waits)
        let woken = queue.end(7)
        #expect(woken.map(\.call) == [first.id])
        #expect(try parts(woken[0].value()).deliveries == 2)
        let put = try queue.call("put", "b")
        #expect(put.woken.map(\.call) == [second.id])
        #expect(try parts(put.woken[0].value()).item == "b")
        #expect(try counts(queue) == [0, 2, 0, 0])
    }

    @Test func `A lease that could not be delivered ends, as others of a session that has gone`() throws {
        let queue = Self.queue()
        _ = try queue.call("lease", session: 7)
        let answer = try #require(try queue.call("put", "a").woken.first)
        queue.takeBack(answer)
        #expect(try counts(queue) == [1, 0, 0, 0])
    }

    @Test func `A call that is given up or timed out takes nothing`() throws {
        let queue = Self.queue()
        let (given, timed) = (try queue.call("lease"), try queue.call("lease", 1.5, at: 1_000))
        #expect(timed.deadline == .some(Timestamp(nanoseconds: 1_500_001_000)))
        var effects = Effects()
        #expect(queue.object.cancel(given.id, effects: &effects))
        guard case .exception(let exception)? = queue.timeOut(timed.id).reply else { Issue.record("no answer"); return }
        #expect(exception.name == "Empty")
        #expect(try queue.call("put", "a").woken.isEmpty)
        #expect(try counts(queue) == [1, 0, 0, 0])
    }

    @Test func `What is got is gone, and comes back to its place only when it could not be delivered`() throws {
        let queue = Self.queue()
        try put(queue, "a", ("priority", 3), ("key", "k"))
        #expect(try queue.call("get", session: 7).value() == "a")
        #expect(try put(queue, "b", ("key", "k")) == true)
        #expect(try queue.call("get_many", 5, session: 7).value() == ["b"])
        _ = queue.end(7)
        #expect(try counts(queue) == [0, 0, 0, 0])
        #expect(try queue.call("get", false).exception?.name == "Empty")
        let waiting = try queue.call("get_many", 2, true, 5, session: 7)
        let woken = try queue.call("put_many", [1, 2, 3], 0, 4).woken
        #expect(woken.map(\.call) == [waiting.id])
        #expect(try woken[0].value() == [1, 2])
        try put(queue, "urgent", ("priority", 5))
        queue.takeBack(woken[0])
        #expect(try queue.call("peek", 9).value() == ["urgent", 1, 2, 3])
        #expect(try lease(queue).deliveries == 1)
    }

    // MARK: Deliveries and dead letters

    @Test func `After so many deliveries an item is a dead letter, which can be seen, taken and put back`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 2 }
        try put(queue, "poison")
        try put(queue, "other")
        _ = try queue.call("nack", try lease(queue).receipt)
        let second = try lease(queue, session: 7)
        #expect(second.item == "poison" && second.deliveries == 2)
        _ = queue.end(7)
        #expect(try counts(queue) == [1, 0, 0, 1])
        #expect(try queue.call("dead_letters").value() == [.tuple(["poison", 2])])
        #expect(try queue.call("refill").value() == 1)
        #expect(try queue.call("peek", 5).value() == ["other", "poison"])
        for _ in 0..<4 { _ = try lease(queue, session: 7); _ = queue.end(7) }
        #expect(try queue.call("dead_letters", 1).value() == [.tuple(["other", 2])])
        #expect(try queue.call("take_dead_letters").value() == [.tuple(["other", 2]), .tuple(["poison", 2])])
        #expect(try queue.call("take_dead_letters").value() == [])
        #expect(try counts(queue) == [0, 0, 0, 0])
    }

    @Test func `Without a limit an item is delivered again and again`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 0 }
        let other = ObjectUnderTest(try ManagedWorkQueue(Arguments(keywords: [("max_deliveries", .none)])))
        for queue in [queue, other] {
            try put(queue, "work")
            for _ in 0..<50 { _ = try queue.call("nack", try lease(queue).receipt) }
            #expect(try lease(queue).deliveries == 51)
        }
    }

    @Test func `Who waits for a dead letter gets it, and one that cannot be delivered stays`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 1 }
        try put(queue, "poison")
        let waiting = try queue.call("take_dead_letters", .none, true, session: 2)
        #expect(waiting.waits)
        let woken = try queue.call("nack", try lease(queue).receipt).woken
        #expect(woken.map(\.call) == [waiting.id])
        #expect(try woken[0].value() == [.tuple(["poison", 1])])
        #expect(try counts(queue) == [0, 0, 0, 0])
        queue.takeBack(woken[0])
        #expect(try queue.call("dead_letters").value() == [.tuple(["poison", 1])])
        #expect(try queue.call("take_dead_letters", 5, true, 1).value() == [.tuple(["poison", 1])])
        let late = try queue.call("take_dead_letters", 5, true, 1)
        guard case .exception(let exception)? = queue.timeOut(late.id).reply else { Issue.record("no answer"); return }
        #expect(exception.name == "Empty")
    }

    @Test func `Dead letters count for what the server lets a queue hold, until they are taken`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 1; $0.capacity = 1; $0.limits = QueueLimits(items: 2) }
        for item in ["a", "b"] as [PickleValue] {
            try put(queue, item)
            _ = try queue.call("nack", try lease(queue).receipt)
        }
        #expect(try queue.call("full").value() == false)
        let refused = try queue.call("put", "c").exception
        #expect(refused?.name == "MemoryError")
        #expect(refused?.arguments == ["a queue may hold 2 items, its dead letters (2) included, as the manager's server is configured"])
        #expect(try queue.call("put_many", ["c"]).exception?.name == "MemoryError")
        #expect(try queue.call("take_dead_letters", 1).value() == [.tuple(["a", 1])])
        #expect(try put(queue, "c") == true)
    }

    @Test func `So do their bytes, wherever dead letters go`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 1; $0.limits = QueueLimits(bytes: 100) }
        let item = PickleValue.string(String(repeating: "x", count: 60))
        func isFull() throws -> Bool { try queue.call("put", item).exception?.name == "MemoryError" }
        let waiting = try queue.call("take_dead_letters", .none, true, session: 2)
        try put(queue, item)
        let woken = try queue.call("nack", try lease(queue).receipt).woken
        #expect(woken.map(\.call) == [waiting.id])
        queue.takeBack(woken[0])
        #expect(try isFull())
        #expect(try queue.call("refill").value() == 1)
        #expect(try isFull())
        _ = try queue.call("nack", try lease(queue).receipt)
        #expect(try isFull())
        #expect(try queue.call("take_dead_letters").value() == [.tuple([item, 1])])
        #expect(try put(queue, item) == true)
    }

    // MARK: Time

    @Test func `A delayed item comes into line at its moment, for which the queue asks to be woken`() throws {
        let queue = Self.queue()
        let put = try queue.call("put", positional: ["later"], keywords: [("delay", 5)], at: 100)
        let due = 100 + 5 * Self.second
        #expect(put.wakeUp == Timestamp(nanoseconds: due))
        #expect(try counts(queue, at: due - 1) == [0, 0, 1, 0])
        // An earlier moment is asked for anew, a later one is not.
        #expect(try queue.call("put", positional: ["last"], keywords: [("delay", 9)], at: 100).wakeUp == nil)
        #expect(try queue.call("put", positional: ["soon"], keywords: [("delay", 1)], at: 100).wakeUp == Timestamp(nanoseconds: 100 + Self.second))
        let waiting = try queue.call("lease", at: 200)
        let first = queue.wake(at: 100 + Self.second)
        #expect(first.woken.map(\.call) == [waiting.id] && first.wakeUp == Timestamp(nanoseconds: due))
        #expect(try parts(first.woken[0].value()).item == "soon")
        #expect(queue.wake(at: due).woken.isEmpty)
        #expect(try counts(queue, at: due) == [1, 1, 1, 0])
    }

    @Test func `A call after the moment does not need the waking`() throws {
        let queue = Self.queue()
        try put(queue, "later", at: 0, ("delay", 5))
        #expect(try lease(queue, at: 5 * Self.second).item == "later")
        #expect(queue.wake(at: 5 * Self.second).woken.isEmpty)
    }

    @Test func `What is given back with a delay comes to the front after it`() throws {
        let queue = Self.queue()
        for item in ["a", "b"] as [PickleValue] { try put(queue, item) }
        let call = try queue.call("nack", try lease(queue).receipt, 2.5, at: 10)
        #expect(call.wakeUp == Timestamp(nanoseconds: 10 + 2_500_000_000))
        #expect(try queue.call("peek", 5, at: 11).value() == ["b"])
        #expect(try queue.call("peek", 5, at: 3 * Self.second).value() == ["a", "b"])
        #expect(try lease(queue, at: 3 * Self.second).deliveries == 2)
    }

    @Test func `A lease ends at its deadline, unless it is renewed`() throws {
        let queue = Self.queue { $0.leaseTime = .seconds(10) }
        try put(queue, "work")
        let leased = try queue.call("lease", 0, session: 7)
        #expect(leased.wakeUp == Timestamp(nanoseconds: 10 * Self.second))
        let receipt = try parts(leased.value()).receipt
        #expect(try queue.call("renew", receipt, session: 7, at: 9 * Self.second).value() == .none)
        #expect(queue.wake(at: 10 * Self.second).wakeUp == Timestamp(nanoseconds: 19 * Self.second))
        #expect(try counts(queue, at: 18 * Self.second) == [0, 1, 0, 0])
        #expect(try queue.call("renew", receipt, session: 8, at: 18 * Self.second).exception?.name == "ValueError")
        let waiting = try queue.call("lease", session: 8, at: 18 * Self.second)
        let woken = queue.wake(at: 19 * Self.second).woken
        #expect(woken.map(\.call) == [waiting.id])
        #expect(try parts(woken[0].value()).deliveries == 2)
        #expect(try queue.call("ack", receipt, session: 7, at: 19 * Self.second).exception?.name == "ValueError")
        // That of the new lease runs from when it was given.
        #expect(try counts(queue, at: 29 * Self.second - 1) == [0, 1, 0, 0])
        #expect(try counts(queue, at: 29 * Self.second) == [1, 0, 0, 0])
    }

    @Test func `One call of lease may have a time of its own, and the session's end comes before it`() throws {
        let queue = Self.queue()
        try put(queue, "work")
        let leased = try queue.call("lease", positional: [], keywords: [("lease_time", 3)], session: 7)
        #expect(leased.wakeUp == Timestamp(nanoseconds: 3 * Self.second))
        _ = queue.end(7, at: Self.second)
        #expect(try counts(queue, at: Self.second) == [1, 0, 0, 0])
        #expect(queue.wake(at: 3 * Self.second).wakeUp == nil)
    }

    @Test func `A lease that waited for a session's end has its time from then`() throws {
        let queue = Self.queue { $0.leaseTime = .seconds(10) }
        try put(queue, "work")
        _ = try lease(queue, session: 7)
        _ = try queue.call("lease", session: 8)
        _ = queue.end(7, at: 5 * Self.second)
        #expect(queue.wake(at: 10 * Self.second).wakeUp == Timestamp(nanoseconds: 15 * Self.second))
    }

    // MARK: Priorities, bounds and keys

    @Test func `A higher priority comes first, also when it comes back`() throws {
        let queue = Self.queue()
        for (item, priority) in [("low", -1), ("a", 0), ("high", 7), ("b", 0)] { try put(queue, .string(item), ("priority", .int(priority))) }
        #expect(try queue.call("peek", 9).value() == ["high", "a", "b", "low"])
        let (high, a) = (try lease(queue), try lease(queue))
        #expect(high.item == "high" && a.item == "a")
        _ = try queue.call("nack", a.receipt)
        _ = try queue.call("nack", high.receipt)
        #expect(try queue.call("peek", 9).value() == ["high", "a", "b", "low"])
    }

    @Test func `A full queue lets putters wait, and delayed items count`() throws {
        let queue = Self.queue { $0.capacity = 2 }
        try put(queue, 1)
        try put(queue, 2, ("delay", 100))
        #expect(try queue.call("full").value() == true)
        #expect(try queue.call("put", 3, false).exception?.name == "Full")
        #expect(try queue.call("put_many", [3]).exception?.name == "Full")
        let waiting = try queue.call("put", 3, session: 2)
        #expect(waiting.waits)
        let leased = try queue.call("lease", 0)
        #expect(leased.woken.map(\.call) == [waiting.id])
        #expect(try leased.woken[0].value() == true)
        let late = try queue.call("put", 4, true, 1)
        guard case .exception(let exception)? = queue.timeOut(late.id).reply else { Issue.record("no answer"); return }
        #expect(exception.name == "Full")
        #expect(try counts(queue) == [1, 1, 1, 0])
    }

    @Test func `An item whose key is in the queue is not put again until that is done`() throws {
        let queue = Self.queue()
        #expect(try put(queue, "a", ("key", "k")) == true)
        #expect(try put(queue, "b", ("key", "k")) == false)
        #expect(try put(queue, "c", ("key", 1)) == true && put(queue, "d", ("key", 1.0)) == false)
        let leased = try lease(queue)
        #expect(try put(queue, "b", ("key", "k")) == false)
        _ = try queue.call("ack", leased.receipt)
        #expect(try put(queue, "b", ("key", "k")) == true)
        #expect(try queue.call("peek", 9).value() == ["c", "b"])
    }

    @Test func `Within the window a key stays taken, also when its item is done`() throws {
        let queue = Self.queue { $0.uniqueWindow = .seconds(60) }
        try put(queue, "a", at: 0, ("key", "k"))
        _ = try queue.call("ack", try lease(queue).receipt)
        #expect(try put(queue, "b", at: 60 * Self.second - 1, ("key", "k")) == false)
        #expect(try put(queue, "b", at: 60 * Self.second, ("key", "k")) == true)
    }

    @Test func `A dead letter's key is free again, and one that waits for room finds out when there is some`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 1; $0.capacity = 1 }
        try put(queue, "a", ("key", "k"))
        let waiting = try queue.call("put", positional: ["b"], keywords: [("key", "z")], session: 2)
        let same = try queue.call("put", positional: ["c"], keywords: [("key", "z")], session: 3)
        #expect(waiting.waits && same.waits)
        let leased = try queue.call("lease", 0)
        #expect(try leased.woken.compactMap { try $0.value() } == [true])
        let next = try queue.call("lease", 0)
        #expect(next.woken.map(\.call) == [same.id])
        #expect(try next.woken[0].value() == false)
        _ = try queue.call("nack", try parts(leased.value()).receipt)
        #expect(try put(queue, "d", ("key", "k")) == true)
    }

    // MARK: The end

    @Test func `join waits until no work is left, delayed and leased ones included, dead ones not`() throws {
        let queue = Self.queue { $0.maximumDeliveries = 1 }
        try put(queue, "a")
        try put(queue, "b", ("delay", 1))
        let join = try queue.call("join", session: 2)
        #expect(join.waits)
        #expect(try queue.call("ack", try lease(queue).receipt).woken.isEmpty)
        let leased = try lease(queue, at: Self.second)
        #expect(try queue.call("nack", leased.receipt, at: Self.second).woken.map(\.call) == [join.id])
        #expect(try !queue.call("join").waits)
    }

    @Test func `After shutdown workers go on until all is done, and then are told`() throws {
        let queue = Self.queue()
        try put(queue, "a")
        _ = try queue.call("shutdown")
        #expect(try queue.call("put", "b").exception?.name == "ShutDown")
        let leased = try lease(queue, session: 7)
        // It may still come back.
        let waiting = try queue.call("lease", session: 8)
        #expect(waiting.waits)
        let woken = try queue.call("ack", leased.receipt, session: 7).woken
        #expect(woken.map(\.call) == [waiting.id] && woken[0].exception?.name == "ShutDown")
        #expect(try queue.call("lease").exception?.name == "ShutDown")
    }

    @Test func `An immediate shutdown drops what waits, and who waits for room is told`() throws {
        let queue = Self.queue { $0.capacity = 1 }
        try put(queue, "a")
        let (put, join) = (try queue.call("put", "b", session: 2), try queue.call("join", session: 3))
        let woken = try queue.call("shutdown", true).woken
        #expect(Set(woken.map(\.call)) == [put.id, join.id])
        #expect(woken.first { $0.call == put.id }?.exception?.name == "ShutDown")
        #expect(try counts(queue) == [0, 0, 0, 0])
    }

    @Test func `Options and wrong arguments, as Python gives them`() throws {
        let arguments = Arguments([Fragment(2)], keywords: [("max_deliveries", Fragment(1)), ("lease_time", try Fragment(0.5))])
        let queue = ObjectUnderTest(try ManagedWorkQueue(arguments))
        _ = try queue.call("put_many", [1, 2], 0, 3)
        #expect(try queue.call("put_many", [1]).exception?.name == "Full")
        #expect(try queue.call("lease", 0).wakeUp == Timestamp(nanoseconds: 500_000_000))
        #expect(try queue.call("put", 1, true, .none, -1).exception?.arguments == ["'delay' must be a non-negative number"])
        #expect(try queue.call("put", 1, true, .none, "x").exception?.name == "TypeError")
        #expect(try queue.call("put", 1, true, .none, 0, "x").exception?.name == "TypeError")
        #expect(try queue.call("put", 1, true, .none, 0, 0, []).exception?.arguments == ["unhashable type: 'list'"])
        #expect(try queue.call("lease", -1).exception?.name == "ValueError")
        #expect(try queue.call("ack", 99).exception?.arguments == ["no item is leased to this session under receipt 99"])
        #expect(throws: PythonException.self) { try ManagedWorkQueue(Arguments(keywords: [("nope", .none)])) }
        #expect(try queue.repr() == "<WorkQueue ready=1 leased=1 delayed=0 dead=0 at 0x1>")
    }

    @Test func `Times beyond the clock's range are its end`() throws {
        let endless: PickleValue = .float(.infinity)
        let arguments = Arguments(keywords: [("lease_time", try Fragment(endless)), ("unique_window", try Fragment(1e300))])
        let queue = ObjectUnderTest(try ManagedWorkQueue(arguments))
        try put(queue, "a", at: 1, ("key", "k"))
        try put(queue, "b", at: 1, ("delay", endless))
        #expect(try lease(queue, at: 2).item == "a")
        #expect(try counts(queue, at: .max - 1) == [0, 1, 1, 0])
        #expect(try queue.call("lease", endless, at: 3).deadline == .some(Timestamp(nanoseconds: .max)))
        #expect(try queue.call("lease", .float(.nan)).exception?.name == "ValueError")
    }

    @Test func `Many leases and renewals end in their order`() throws {
        let queue = Self.queue()
        for item in 0..<200 { try put(queue, .int(item)) }
        var receipts: [PickleValue] = []
        for number in 0..<200 { receipts.append(try parts(try queue.call("lease", 0, .int(200 - number)).value()).receipt) }
        for _ in 0..<3 { for receipt in receipts { _ = try queue.call("renew", receipt, 5_000) } }
        #expect(try counts(queue, at: 4_999 * Self.second) == [0, 200, 0, 0])
        #expect(try counts(queue, at: 5_000 * Self.second) == [200, 0, 0, 0])
        #expect(try queue.call("peek", 3, at: 5_000 * Self.second).value() == [0, 1, 2])
    }
}
