import ManagedObjects
import Pickle
import Testing

struct ManagedSynchronizationTests {
    @Test func `A lock goes to the one that has waited longest, and an unlocked one cannot be released`() throws {
        let lock = ObjectUnderTest(ManagedLock())
        #expect(try lock.call("release").exception?.name == "RuntimeError")
        #expect(try lock.call("acquire").value() == true)
        #expect(try lock.call("acquire", false, session: 2).value() == false)
        let waiting = try lock.call("acquire", session: 2)
        #expect(waiting.waits)
        let answer = try #require(try lock.call("release").woken.first)
        #expect(answer.call == waiting.id)
        var effects = Effects()
        lock.object.takeBack(answer, effects: &effects)
        #expect(try lock.call("locked").value() == false)
    }

    @Test func `An event wakes all who wait`() throws {
        let event = ObjectUnderTest(ManagedEvent())
        let waiting = try (1...3).map { try event.call("wait", .none, session: $0) }
        #expect(waiting.filter(\.waits).count == 3)
        #expect(try event.call("set").woken.map(\.call) == waiting.map(\.id))
        #expect(try event.call("wait", 0).value() == true)
        _ = try event.call("clear")
        let call = try event.call("wait", 1)
        guard case .value(let value)? = event.timeOut(call.id).reply else { Issue.record("no answer"); return }
        #expect(try value.value() == false)
    }

    @Test func `Timeouts of a lock are refused as Python refuses them`() throws {
        let lock = ObjectUnderTest(ManagedLock())
        _ = try lock.call("acquire")
        #expect(try lock.call("acquire", false, 1).exception?.arguments == ["can't specify a timeout for a non-blocking call"])
        #expect(try lock.call("acquire", true, -2).exception?.arguments == ["timeout value must be a non-negative number"])
        #expect(try lock.call("acquire", true, .float(.infinity)).exception?.name == "OverflowError")
        #expect(try lock.call("acquire", true, "soon").exception?.name == "TypeError")
        #expect(try lock.call("acquire", true, 0).deadline == .some(Timestamp(nanoseconds: 0)))
        #expect(try lock.call("acquire", true, 0.5, at: 7).deadline == .some(Timestamp(nanoseconds: 500_000_007)))
        #expect(try lock.call("acquire", true, -1).deadline == .some(nil))
    }

    @Test func `An RLock belongs to the session that acquired it, which may acquire it again`() throws {
        let lock = ObjectUnderTest(ManagedRLock())
        for _ in 1...2 { #expect(try lock.call("acquire", session: 1).value() == true) }
        #expect(try lock.call("acquire", false, session: 2).value() == false)
        #expect(try lock.call("release", session: 2).exception?.arguments == ["cannot release un-acquired lock"])
        let waiting = try lock.call("acquire", session: 2)
        #expect(try lock.call("release", session: 1).woken.isEmpty)
        #expect(try lock.call("release", session: 1).woken.map(\.call) == [waiting.id])
        #expect(try lock.call("release", session: 1).exception?.name == "RuntimeError")
        #expect(try lock.call("release", session: 2).exception == nil)
        #expect(try lock.repr() == "<unlocked _thread.RLock object owner=0 count=0 at 0x1>")
    }

    @Test func `An RLock that was given to a session that had gone goes on to the next`() throws {
        let lock = ObjectUnderTest(ManagedRLock())
        _ = try lock.call("acquire", session: 1)
        let waiting = try [2, 3].map { try lock.call("acquire", session: $0) }
        let answer = try #require(try lock.call("release", session: 1).woken.first)
        #expect(answer.call == waiting[0].id)
        var effects = Effects()
        lock.object.takeBack(answer, effects: &effects)
        #expect(effects.answers.map(\.call) == [waiting[1].id])
    }

    @Test func `A semaphore is held by so many, and a bounded one is not released more often than acquired`() throws {
        let semaphore = ObjectUnderTest(ManagedSemaphore(value: 2))
        for session in 1...2 { #expect(try semaphore.call("acquire", session: UInt64(session)).value() == true) }
        #expect(try semaphore.call("acquire", false).value() == false)
        #expect(try semaphore.call("acquire", true, -1).value() == false)
        let waiting = try (3...5).map { try semaphore.call("acquire", session: $0) }
        #expect(try semaphore.call("release", 2).woken.map(\.call) == waiting.prefix(2).map(\.id))
        guard case .value(let value)? = semaphore.timeOut(waiting[2].id).reply else { Issue.record("no answer"); return }
        #expect(try value.value() == false)
        #expect(try semaphore.call("release").woken.isEmpty)
        #expect(try semaphore.repr() == "<threading.Semaphore at 0x1: value=1>")
        let bounded = ObjectUnderTest(ManagedSemaphore(value: 1, isBounded: true))
        #expect(try bounded.call("release").exception?.arguments == ["Semaphore released too many times"])
        #expect(try bounded.call("release", 0).exception?.arguments == ["n must be one or more"])
        #expect(throws: PythonException.self) { try ManagedSemaphore(Arguments([Fragment(-1)])) }
    }

    @Test func `A condition is waited for without its lock, and left with it`() throws {
        let condition = ObjectUnderTest(try ManagedCondition(Arguments()))
        #expect(try condition.call("wait").exception?.arguments == ["cannot wait on un-acquired lock"])
        #expect(try condition.call("notify").exception?.arguments == ["cannot notify on un-acquired lock"])
        var waiting: [CallID] = []
        for session in 1...3 as ClosedRange<UInt64> {
            #expect(try condition.call("acquire", session: session).value() == true)
            waiting.append(try condition.call("wait", .none, session: session).id)
        }
        #expect(try condition.repr().hasSuffix(", 3)>"))
        _ = try condition.call("acquire", session: 4)
        #expect(try condition.call("notify", 2, session: 4).woken.isEmpty)
        // The lock passes from each that was notified to the next.
        let first = try condition.call("release", session: 4).woken
        #expect(first.map(\.call) == [waiting[0]])
        #expect(try first[0].value() == true)
        #expect(try condition.call("release", session: 1).woken.map(\.call) == [waiting[1]])
        #expect(try condition.call("release", session: 2).woken.isEmpty)
    }

    @Test func `A condition's wait whose time has come returns when it has the lock again`() throws {
        let condition = ObjectUnderTest(try ManagedCondition(Arguments()))
        _ = try condition.call("acquire", session: 1)
        let call = try condition.call("wait", 1, session: 1)
        _ = try condition.call("acquire", session: 2)
        #expect(condition.timeOut(call.id).reply == nil)
        let woken = try condition.call("release", session: 2).woken
        #expect(woken.map(\.call) == [call.id])
        #expect(try woken[0].value() == false)
        #expect(try condition.call("release", session: 1).exception == nil)
    }

    @Test func `A barrier lets all go on when the last has come, each with its index`() throws {
        let barrier = ObjectUnderTest(try ManagedBarrier(Arguments([Fragment(3)])))
        let waiting = try (1...2).map { try barrier.call("wait", session: $0) }
        #expect(try barrier.call("__getattribute__", "n_waiting").value() == 2)
        let last = try barrier.call("wait", session: 3)
        #expect(try last.value() == 2)
        #expect(last.woken.map(\.call) == waiting.map(\.id))
        #expect(try last.woken.map { try $0.value() } == [0, 1])
        #expect(try barrier.call("__getattribute__", "n_waiting").value() == 0)
    }

    @Test func `A barrier is broken for all by one that waits no longer, by abort and by a party that has gone`() throws {
        let breaks: [(ObjectUnderTest, CallID) throws -> [Answer]] = [
            { $0.timeOut($1).woken },
            { barrier, _ in try barrier.call("abort").woken },
            { barrier, call in
                var effects = Effects()
                barrier.object.cancel(call, effects: &effects)
                return effects.answers
            },
        ]
        for breakDown in breaks {
            let barrier = ObjectUnderTest(try ManagedBarrier(Arguments([Fragment(3)])))
            let waiting = try (1...2).map { try barrier.call("wait", 1, session: $0) }
            let woken = try breakDown(barrier, waiting[1].id)
            #expect(woken.first?.call == waiting[0].id)
            #expect(woken.first?.exception?.name == "BrokenBarrierError")
            #expect(try barrier.call("__getattribute__", "broken").value() == true)
            #expect(try barrier.call("wait").exception?.name == "BrokenBarrierError")
            _ = try barrier.call("reset")
            #expect(try barrier.call("wait").waits)
        }
    }

    @Test func `A function as a barrier's action, and another object's lock for a condition, are refused`() throws {
        let function = try Fragment(.global(PickleGlobal(module: "builtins", name: "print")))
        #expect(throws: PythonException.self) { try ManagedBarrier(Arguments([Fragment(2), function])) }
        #expect(throws: PythonException.self) { try ManagedCondition(Arguments([function])) }
    }
}
