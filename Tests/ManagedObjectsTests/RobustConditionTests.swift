import ManagedObjects
import Pickle
import Testing

/// A condition whose lock survives its holder, as a state machine.
struct RobustConditionTests {
    private let condition = ObjectUnderTest(ManagedRobustCondition(in: RobustLocks(lastToken: 100)))

    @Test func `It is waited for without its lock and left with it, as any condition`() throws {
        #expect(try condition.call("wait").exception?.arguments == ["cannot wait on un-acquired lock"])
        #expect(try condition.call("notify").exception?.arguments == ["cannot notify on un-acquired lock"])
        var waiting: [CallID] = []
        for session in UInt64(1)...3 {
            // However often it was acquired, it is given up, and is had as often afterwards.
            for _ in 1...2 { #expect(try condition.call("acquire", session: session).value() == true) }
            waiting.append(try condition.call("wait", .none, session: session).id)
        }
        #expect(try condition.repr() == "<Condition(<robust RLock 1, free, at 0x1>, 3)>")
        _ = try condition.call("acquire", session: 4)
        #expect(try condition.call("notify", 2, session: 4).woken.isEmpty)
        let first = try condition.call("release", session: 4).woken
        #expect(first.map(\.call) == [waiting[0]])
        #expect(try first[0].value() == true)
        #expect(try condition.call("release", session: 1).woken.isEmpty)
        #expect(try condition.call("release", session: 1).woken.map(\.call) == [waiting[1]])
        #expect(try condition.call("release", 2, session: 2).woken.isEmpty)
        #expect(try condition.call("locked").value() == false)
        #expect(try condition.repr().hasSuffix("free, at 0x1>, 1)>"))
    }

    @Test func `Its holder's end releases the lock, and the next holder is told, one that had waited too`() throws {
        _ = try condition.call("acquire", session: 1)
        let waiting = try condition.call("wait", session: 1)
        _ = try condition.call("acquire", session: 2)
        _ = try condition.call("notify_all", session: 2)
        let woken = condition.end(2)
        #expect(woken.map(\.call) == [waiting.id])
        #expect(try woken[0].value() == true)
        #expect(try condition.call("was_abandoned", session: 1).value() == true)
        #expect(try condition.call("fencing_token", session: 1).value() == 103)
        #expect(condition.end(1).isEmpty)
        #expect(try condition.call("acquire_fenced", session: 3).value() == .tuple([104, true]))
    }

    @Test func `A wait whose time has come returns when it has the lock again, and tells that it was not notified`() throws {
        _ = try condition.call("acquire", session: 1)
        let first = try condition.call("wait", 1, session: 1, at: 7)
        #expect(first.deadline == .some(Timestamp(nanoseconds: 1_000_000_007)))
        _ = try condition.call("acquire", session: 2)
        #expect(condition.timeOut(first.id).reply == nil)
        let woken = try condition.call("release", session: 2).woken
        #expect(woken.map(\.call) == [first.id])
        #expect(try woken[0].value() == false)
        let second = try condition.call("wait", 1, session: 1)
        guard case .value(let value)? = condition.timeOut(second.id).reply else { Issue.record("no answer"); return }
        #expect(try value.value() == false)
        #expect(try condition.call("wait", 0, session: 1).value() == false)
        #expect(try condition.call("release", session: 1).exception == nil)
    }

    @Test func `One that leaves while it waits is not notified, and one that cannot be answered does not keep the lock`() throws {
        var waiting: [ObjectUnderTest.Called] = []
        for session in UInt64(1)...3 {
            _ = try condition.call("acquire", session: session)
            waiting.append(try condition.call("wait", session: session))
        }
        var effects = Effects()
        #expect(condition.object.cancel(waiting[0].id, effects: &effects))
        _ = try condition.call("acquire", session: 4)
        _ = try condition.call("notify", 2, session: 4)
        let woken = try condition.call("release", session: 4).woken
        #expect(woken.map(\.call) == [waiting[1].id])
        #expect(condition.object.holders.map(\.session) == [SessionID(2)])
        condition.object.takeBack(woken[0], effects: &effects)
        #expect(effects.answers.map(\.call) == [waiting[2].id])
        #expect(try condition.call("was_abandoned", session: 3).value() == false)
    }

    @Test func `A notification that reaches one who has gone goes to another, whether that one had the lock already or not`() throws {
        for isTakenBack in [false, true] {
            let condition = ObjectUnderTest(ManagedRobustCondition(in: RobustLocks()))
            var waiting: [CallID] = []
            for session in UInt64(1)...2 {
                _ = try condition.call("acquire", session: session)
                waiting.append(try condition.call("wait", session: session).id)
            }
            _ = try condition.call("acquire", session: 3)
            _ = try condition.call("notify", session: 3)
            var effects = Effects()
            if isTakenBack {
                let woken = try condition.call("release", session: 3).woken
                #expect(woken.map(\.call) == [waiting[0]])
                condition.object.takeBack(woken[0], effects: &effects)
                #expect(effects.answers.map(\.call) == [waiting[1]])
            } else {
                #expect(condition.object.cancel(waiting[0], effects: &effects))
                #expect(try condition.call("release", session: 3).woken.map(\.call) == [waiting[1]])
            }
        }
    }

    @Test func `A holder's end wakes one who waits, since it may have been woken in that one's place`() throws {
        var waiting: [CallID] = []
        for session in UInt64(1)...2 {
            _ = try condition.call("acquire", session: session)
            waiting.append(try condition.call("wait", session: session).id)
        }
        #expect(condition.end(3).isEmpty)
        _ = try condition.call("acquire", session: 3)
        #expect(condition.end(3).map(\.call) == [waiting[0]])
        #expect(try condition.call("was_abandoned", session: 1).value() == true)
        // One that waits for the lock only has it first.
        let next = try condition.call("acquire", session: 4)
        #expect(condition.end(1).map(\.call) == [next.id])
        #expect(try condition.call("release", session: 4).woken.map(\.call) == [waiting[1]])
    }

    @Test func `In Python 2 a wait returns nothing`() throws {
        _ = try condition.call("acquire", session: 1, python: .python2)
        let waiting = try condition.call("wait", session: 1, python: .python2)
        _ = try condition.call("acquire", session: 2)
        _ = try condition.call("notify", session: 2)
        #expect(try condition.call("release", session: 2).woken.first?.value() == PickleValue.none)
        #expect(waiting.waits)
    }

    @Test func `A registry with robust locks has robust conditions, and they are to be had by their name in any case`() throws {
        var registry = Registry.standard
        let made = try registry.object("RobustCondition", Arguments())
        #expect(made.exposed.contains("acquire_fenced"))
        #expect(try !registry.object("Condition", Arguments()).exposed.contains("acquire_fenced"))
        registry.useRobustLocks()
        #expect(try registry.object("Condition", Arguments()).exposed == made.exposed)
        let lock = Arguments([Fragment(5)])
        #expect(throws: PythonException.self) { try registry.object("Condition", lock) }
    }
}
