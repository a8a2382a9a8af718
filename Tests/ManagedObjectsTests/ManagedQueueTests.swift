import ManagedObjects
import Pickle
import Testing

struct ManagedQueueTests {
    @Test func `Items come out in the order in which they went in`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        for item in 1...3 { _ = try queue.call("put", .int(item)) }
        #expect(try queue.call("qsize").value() == 3)
        #expect(try (1...3).map { _ in try queue.call("get").value() } == [1, 2, 3])
        #expect(try queue.call("get_nowait").exception?.name == "Empty")
    }

    @Test func `A get waits until an item is put, and the first that came is served first`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        let first = try queue.call("get", session: 1)
        let second = try queue.call("get", session: 2)
        #expect(first.waits && second.waits)
        let woken = try queue.call("put", "x", session: 3).woken
        #expect(woken.map(\.call) == [first.id])
        #expect(try woken[0].value() == "x")
    }

    @Test func `A timeout is a moment at which the queue says that it is empty`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        let call = try queue.call("get", true, 1.5, at: 1_000)
        #expect(call.deadline == .some(Timestamp(nanoseconds: 1_500_001_000)))
        guard case .exception(let exception)? = queue.timeOut(call.id).reply else { Issue.record("no answer"); return }
        #expect(exception.name == "Empty")
        #expect(try queue.call("put", 1).woken.isEmpty)
    }

    @Test func `A cancelled get takes nothing`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        let call = try queue.call("get")
        var effects = Effects()
        queue.object.cancel(call.id, effects: &effects)
        #expect(try queue.call("put", 1).woken.isEmpty)
        #expect(try queue.call("qsize").value() == 1)
    }

    @Test func `An answer that cannot be delivered goes back to the front`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        _ = try queue.call("get")
        let answer = try #require(try queue.call("put", "a").woken.first)
        _ = try queue.call("put", "b")
        var effects = Effects()
        queue.object.takeBack(answer, effects: &effects)
        #expect(try queue.call("get").value() == "a")
        #expect(try queue.call("get").value() == "b")
    }

    @Test func `A full queue lets putters wait and serves them when there is room`() throws {
        let queue = ObjectUnderTest(ManagedQueue(capacity: 1))
        _ = try queue.call("put", 1)
        #expect(try queue.call("put_nowait", 2).exception?.name == "Full")
        let waiting = try queue.call("put", 2, session: 2)
        #expect(waiting.waits)
        let get = try queue.call("get")
        #expect(try get.value() == 1)
        #expect(get.woken.map(\.call) == [waiting.id])
        #expect(try queue.call("get").value() == 2)
    }

    @Test func `join waits until the work on all items is done`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        _ = try queue.call("put", 1)
        let join = try queue.call("join", session: 2)
        #expect(join.waits)
        _ = try queue.call("get")
        #expect(try queue.call("task_done").woken.map(\.call) == [join.id])
        #expect(try queue.call("task_done").exception?.name == "ValueError")
    }

    @Test func `What a session has on lease comes back to the front when it ends`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        for item in 1...3 { _ = try queue.call("put", .int(item)) }
        _ = try queue.call("lease", session: 7)
        _ = try queue.call("lease", session: 7)
        #expect(try queue.call("qsize").value() == 1)
        var effects = Effects()
        queue.object.end(SessionID(7), effects: &effects)
        #expect(try (1...3).map { _ in try queue.call("get").value() } == [1, 2, 3])
    }

    @Test func `A lease that is given back goes to the front, and only its session may give it back`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        for item in ["work", "more"] as [PickleValue] { _ = try queue.call("put", item) }
        guard case .tuple(let lease) = try queue.call("lease", session: 7).value() else { Issue.record("no lease"); return }
        #expect(try queue.call("nack", lease[0], session: 8).exception?.name == "ValueError")
        #expect(try queue.call("nack", lease[0], session: 7).value() == .none)
        #expect(try queue.call("nack", lease[0], session: 7).exception?.name == "ValueError")
        #expect(try queue.call("get").value() == "work")
        #expect(try queue.call("qsize").value() == 1)
    }

    @Test func `An acknowledged lease is done with, and only its session may acknowledge it`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        _ = try queue.call("put", "work")
        guard case .tuple(let lease) = try queue.call("lease", session: 7).value() else { Issue.record("no lease"); return }
        #expect(lease[1] == "work")
        #expect(try queue.call("ack", lease[0], session: 8).exception?.name == "ValueError")
        #expect(try queue.call("ack", lease[0], session: 7).value() == .none)
        var effects = Effects()
        queue.object.end(SessionID(7), effects: &effects)
        #expect(try queue.call("qsize").value() == 0)
        #expect(try !queue.call("join").waits)
    }

    @Test func `Many items are put and taken in one call`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        _ = try queue.call("put_many", [1, 2, 3])
        #expect(try queue.call("get_many", 2).value() == [1, 2])
        #expect(try queue.call("get_many", 5).value() == [3])
    }

    @Test func `Wrong arguments are a TypeError or a ValueError, as in Python`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        #expect(try queue.call("put").exception?.arguments == ["Queue.put() missing 1 required positional argument: 'item'"])
        #expect(try queue.call("get", true, -1).exception?.arguments == ["'timeout' must be a non-negative number"])
        #expect(try queue.call("qsize", 1).exception?.name == "TypeError")
        #expect(try queue.call("put", positional: [], keywords: [("item", 5)]).value() == .none)
        #expect(try queue.call("get", positional: [], keywords: [("block", false)]).value() == 5)
    }

    @Test func `A LifoQueue gives the last first, a PriorityQueue the lowest`() throws {
        let stack = ObjectUnderTest(ManagedQueue(order: .lifo))
        for item in 1...3 { _ = try stack.call("put", .int(item)) }
        #expect(try stack.call("get_many", 5).value() == [3, 2, 1])
        let heap = ObjectUnderTest(ManagedQueue(order: .priority))
        for item in [5, 1, 4, 2, 3] { _ = try heap.call("put", .int(item)) }
        #expect(try heap.call("put", "x").exception?.name == "TypeError")
        #expect(try heap.call("put_many", [0, "x"]).exception?.name == "TypeError")
        #expect(try heap.call("qsize").value() == 5)
        #expect(try heap.call("get_many", 9).value() == [1, 2, 3, 4, 5])
    }

    @Test func `A leased item of a PriorityQueue comes back to its place`() throws {
        let heap = ObjectUnderTest(ManagedQueue(order: .priority))
        for item in [3, 1, 2] { _ = try heap.call("put", .int(item)) }
        _ = try heap.call("lease", session: 7)
        var effects = Effects()
        heap.object.end(SessionID(7), effects: &effects)
        #expect(try heap.call("get_many", 3).value() == [1, 2, 3])
    }

    @Test func `After shutdown nothing can be put, and gets end when all is taken`() throws {
        let queue = ObjectUnderTest(ManagedQueue())
        _ = try queue.call("put", 1)
        _ = try queue.call("shutdown")
        #expect(try queue.call("put", 2).exception?.name == "ShutDown")
        #expect(try queue.call("get").value() == 1)
        #expect(try queue.call("get").exception?.name == "ShutDown")
    }

    @Test func `shutdown wakes those who wait, and an immediate one drops what is there`() throws {
        let queue = ObjectUnderTest(ManagedQueue(capacity: 1))
        _ = try queue.call("put", 1)
        let (join, put) = (try queue.call("join", session: 2), try queue.call("put", 2, session: 3))
        let woken = try queue.call("shutdown", true).woken
        #expect(Set(woken.map(\.call)) == [join.id, put.id])
        #expect(woken.first { $0.call == put.id }?.exception?.name == "ShutDown")
        #expect(try queue.call("qsize").value() == 0)
        let other = ObjectUnderTest(ManagedQueue())
        let get = try other.call("get")
        let answers = try other.call("shutdown").woken
        #expect(answers.map(\.call) == [get.id] && answers[0].exception?.name == "ShutDown")
    }

    // MARK: Delivering again what was taken

    @Test func `What a session took and did not say to be done comes back to the front when it ends`() throws {
        let queue = ObjectUnderTest(ManagedQueue(redelivers: true))
        for item in 1...4 { _ = try queue.call("put", .int(item)) }
        for item in 1...3 { #expect(try queue.call("get", session: 7).value() == .int(item)) }
        _ = try queue.call("task_done", session: 7)
        #expect(try queue.call("qsize").value() == 1)
        #expect(queue.end(7).isEmpty)
        for item in 2...4 { #expect(try queue.call("get_nowait", session: 8).value() == .int(item)) }
        for _ in 0..<2 { _ = try queue.call("task_done", session: 8) }
        let join = try queue.call("join")
        #expect(join.waits)
        #expect(try queue.call("task_done", session: 8).woken.map(\.call) == [join.id])
        #expect(queue.end(8).isEmpty)
        #expect(try queue.call("qsize").value() == 0)
    }

    @Test func `What is taken by get_many is taken for good`() throws {
        let queue = ObjectUnderTest(ManagedQueue(redelivers: true))
        _ = try queue.call("put_many", [1, 2])
        #expect(try queue.call("get_many", 9, session: 7).value() == [1, 2])
        _ = queue.end(7)
        #expect(try queue.call("qsize").value() == 0)
    }

    @Test func `What comes back goes to a waiting get, and an answer that cannot be delivered comes back, too`() throws {
        let queue = ObjectUnderTest(ManagedQueue(redelivers: true))
        _ = try queue.call("put", "a")
        _ = try queue.call("get_nowait", session: 7)
        let (first, second) = (try queue.call("get", session: 8), try queue.call("get", session: 9))
        let woken = queue.end(7)
        #expect(woken.map(\.call) == [first.id])
        queue.takeBack(woken[0])
        // The second, who waited, has it now.
        #expect(try queue.call("qsize").value() == 0)
        #expect(queue.end(9).isEmpty)
        #expect(try queue.call("get", session: 1).value() == "a")
        #expect(second.waits)
    }

    @Test func `A session that may have to give back what it got holds something, another does not`() throws {
        for redelivers in [true, false] {
            let queue = ObjectUnderTest(ManagedQueue(redelivers: redelivers))
            _ = try queue.call("put", 1)
            #expect(try queue.holds("get") == redelivers)
            #expect(try queue.holds("qsize") == false)
            #expect(try queue.holds("lease"))
        }
    }

    @Test func `An item of another session's task_done is still counted when it is delivered again`() throws {
        let queue = ObjectUnderTest(ManagedQueue(redelivers: true))
        _ = try queue.call("put", "a")
        _ = try queue.call("get", session: 7)
        _ = try queue.call("task_done", session: 8)
        _ = queue.end(7)
        let join = try queue.call("join")
        #expect(join.waits)
        _ = try queue.call("get", session: 8)
        #expect(try queue.call("task_done", session: 8).woken.map(\.call) == [join.id])
    }
}
