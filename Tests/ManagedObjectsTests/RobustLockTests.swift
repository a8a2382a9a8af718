import ManagedObjects
import Pickle
import Testing

/// Robust locks as state machines: several of one server, and sessions that come and go.
struct RobustLockTests {
    private let locks = RobustLocks(lastToken: 100)

    private func make(_ kind: LockKind) -> ObjectUnderTest { ObjectUnderTest(ManagedRobustLock(kind, in: locks)) }

    private func end(_ session: UInt64, of lock: ObjectUnderTest) -> [Answer] {
        var effects = Effects()
        lock.object.end(SessionID(session), effects: &effects)
        return effects.answers
    }

    private func takeBack(_ answer: Answer, to lock: ObjectUnderTest) -> [Answer] {
        var effects = Effects()
        lock.object.takeBack(answer, effects: &effects)
        return effects.answers
    }

    @Test func `A robust lock is released by its holder alone, and goes to the one that has waited longest`() throws {
        let lock = make(.lock)
        #expect(try lock.call("release").exception?.arguments == ["release unlocked lock"])
        #expect(try lock.call("acquire", session: 1).value() == true)
        #expect(try lock.call("locked", session: 2).value() == true)
        #expect(try lock.call("acquire", false, session: 2).value() == false)
        #expect(try lock.call("release", session: 2).exception?.arguments == ["cannot release a robust lock that another session holds"])
        let waiting = try [2, 3].map { try lock.call("acquire", session: $0) }
        #expect(waiting.filter(\.waits).count == 2)
        #expect(try lock.call("release", session: 1).woken.map(\.call) == [waiting[0].id])
        #expect(try lock.call("release", session: 2).woken.map(\.call) == [waiting[1].id])
        #expect(try lock.call("release", session: 3).woken.isEmpty)
        #expect(try lock.call("locked").value() == false)
    }

    @Test func `A holder's end releases, and the next holder alone is told that the lock was abandoned`() throws {
        for kind in [LockKind.lock, .rlock, .semaphore(1)] {
            let lock = make(kind)
            #expect(try lock.call("acquire", session: 1).value() == true)
            #expect(try lock.call("was_abandoned", session: 1).value() == false)
            let waiting = try lock.call("acquire", session: 2)
            let woken = end(1, of: lock)
            #expect(woken.map(\.call) == [waiting.id])
            #expect(try woken[0].value() == true)
            #expect(try lock.call("was_abandoned", session: 2).value() == true)
            #expect(try lock.call("release", session: 2).exception == nil)
            #expect(try lock.call("acquire", session: 3).value() == true)
            #expect(try lock.call("was_abandoned", session: 3).value() == false)
            #expect(end(1, of: lock).isEmpty)
            #expect(try lock.call("was_abandoned", session: 1).exception?.arguments == ["this session has not acquired the lock"])
        }
    }

    @Test func `An abandoned lock that nobody waits for tells whoever comes, however late`() throws {
        let lock = make(.lock)
        _ = try lock.call("acquire", session: 1)
        #expect(end(1, of: lock).isEmpty)
        #expect(try lock.call("acquire_fenced", session: 2).value() == .tuple([102, true]))
        // A holder that was told and ends, too, leaves it abandoned again.
        _ = end(2, of: lock)
        #expect(try lock.call("acquire_fenced", session: 3).value() == .tuple([103, true]))
    }

    @Test func `Of a semaphore each abandoned permit is told to one`() throws {
        let semaphore = make(.semaphore(3))
        for session in 1...3 { #expect(try semaphore.call("acquire", session: UInt64(session)).value() == true) }
        _ = end(1, of: semaphore)
        _ = end(2, of: semaphore)
        let told = try (4...5).map { try semaphore.call("acquire_fenced", session: $0).value() }
        #expect(told == [.tuple([104, true]), .tuple([105, true])])
        #expect(try semaphore.call("acquire", false, session: 6).value() == false)
        _ = try semaphore.call("release", session: 3)
        #expect(try semaphore.call("acquire_fenced", session: 6).value() == .tuple([106, false]))
    }

    @Test func `A semaphore is released by who acquired it, and as often`() throws {
        let semaphore = make(.semaphore(2))
        for _ in 1...2 { #expect(try semaphore.call("acquire", session: 1).value() == true) }
        #expect(try semaphore.call("release", session: 2).exception?.name == "ValueError")
        #expect(try semaphore.call("release", 3, session: 1).exception?.name == "ValueError")
        #expect(try semaphore.call("release", 0, session: 1).exception?.arguments == ["n must be one or more"])
        let waiting = try (2...3).map { try semaphore.call("acquire", session: $0) }
        #expect(try semaphore.call("release", 2, session: 1).woken.map(\.call) == waiting.map(\.id))
    }

    @Test func `An RLock that its owner takes again keeps its token, and is released as often`() throws {
        let lock = make(.rlock)
        #expect(try lock.call("acquire_fenced", session: 1).value() == .tuple([101, false]))
        #expect(try lock.call("acquire_fenced", session: 1).value() == .tuple([101, false]))
        let waiting = try lock.call("acquire_fenced", session: 2)
        #expect(try lock.call("release", session: 1).woken.isEmpty)
        let woken = try lock.call("release", session: 1).woken
        #expect(woken.map(\.call) == [waiting.id])
        #expect(try woken[0].value() == .tuple([102, false]))
        #expect(try lock.call("release", session: 1).exception?.arguments == ["cannot release un-acquired lock"])
        // However often it was acquired, its owner's end is one.
        #expect(try lock.call("acquire", session: 2).value() == true)
        _ = end(2, of: lock)
        #expect(try lock.call("locked").value() == false)
    }

    @Test func `Fencing tokens only grow, over locks and over their making anew`() throws {
        var last = 100
        for _ in 1...3 {
            let pair = [make(.lock), make(.semaphore(2))]
            for lock in pair + pair {
                #expect(try lock.call("acquire").value() == true)
                guard case .int(let token) = try lock.call("fencing_token").value() else { Issue.record("no token"); return }
                #expect(token > last)
                last = token
                _ = try lock.call("release")
            }
        }
        #expect(RobustLocks.microsecondsSince1970 > 1_700_000_000_000_000)
    }

    @Test func `Waits end by their time, by a timeout or by being given up, with what each form answers`() throws {
        let lock = make(.lock)
        _ = try lock.call("acquire", session: 1)
        let plain = try lock.call("acquire", true, 0.5, session: 2, at: 7)
        #expect(plain.deadline == .some(Timestamp(nanoseconds: 500_000_007)))
        let fenced = try lock.call("acquire_fenced", true, 1, session: 3)
        #expect(try lock.call("acquire", true, -1, session: 4).deadline == .some(nil))
        #expect(try lock.call("acquire_fenced", true, .none, session: 5).deadline == .some(nil))
        #expect(try lock.call("acquire_fenced", false, session: 6).value() == .none)
        #expect(try lock.call("acquire", false, 1, session: 6).exception?.name == "ValueError")
        guard case .value(let refused)? = lock.timeOut(plain.id).reply, case .value(let none)? = lock.timeOut(fenced.id).reply else {
            Issue.record("no answer")
            return
        }
        #expect(try refused.value() == false)
        #expect(try none.value() == .none)
        #expect(lock.timeOut(plain.id).reply == nil)
    }

    @Test func `A lock whose answer finds nobody goes on, as abandoned as it was`() throws {
        for wasAbandoned in [false, true] {
            let lock = make(.lock)
            _ = try lock.call("acquire", session: 1)
            let waiting = try [2, 3].map { try lock.call("acquire_fenced", session: $0) }
            let given = try wasAbandoned ? end(1, of: lock) : lock.call("release", session: 1).woken
            let lost = try #require(given.first)
            #expect(lost.call == waiting[0].id)
            let next = takeBack(lost, to: lock)
            #expect(next.map(\.call) == [waiting[1].id])
            guard case .tuple(let parts)? = try next[0].value() else { Issue.record("no tuple"); return }
            #expect(parts[1] == .bool(wasAbandoned))
            // What was taken back once is not taken from the next.
            #expect(takeBack(lost, to: lock).isEmpty)
            #expect(try lock.call("locked").value() == true)
        }
    }

    @Test func `A lock knows its holders, since when, and by which token`() throws {
        let (semaphore, plain, rlock) = (make(.semaphore(2)), ObjectUnderTest(ManagedLock()), ObjectUnderTest(ManagedRLock()))
        for lock in [semaphore, plain, rlock] {
            #expect(lock.object.holders.isEmpty)
            _ = try lock.call("acquire", session: 7, at: 5)
        }
        _ = try semaphore.call("acquire", session: 8, at: 6)
        #expect(semaphore.object.holders == [
            Holder(session: SessionID(7), since: Timestamp(nanoseconds: 5), fencingToken: 101),
            Holder(session: SessionID(8), since: Timestamp(nanoseconds: 6), fencingToken: 102),
        ])
        for lock in [plain, rlock] {
            #expect(lock.object.holders == [Holder(session: SessionID(7), since: Timestamp(nanoseconds: 5))])
            _ = try lock.call("acquire", session: 8, at: 9)
            _ = try lock.call("release", session: 7, at: 20)
            #expect(lock.object.holders == [Holder(session: SessionID(8), since: Timestamp(nanoseconds: 9))])
        }
        #expect(try semaphore.repr() == "<robust Semaphore 1, held by session 7, 8, at 0x1>")
        #expect(try make(.lock).repr() == "<robust Lock 2, free, at 0x1>")
    }

    @Test func `By option the names of Python's locks stand for robust ones`() throws {
        var registry = Registry.standard
        let plain = try ["Lock", "RLock", "Semaphore", "BoundedSemaphore"].map { try registry.object($0, Arguments()).exposed }
        #expect(plain.allSatisfy { !$0.contains("fencing_token") })
        registry.useRobustLocks()
        for name in ["Lock", "RLock", "Semaphore", "BoundedSemaphore"] {
            #expect(try registry.object(name, Arguments()).exposed == [
                "acquire", "acquire_fenced", "fencing_token", "locked", "release", "was_abandoned",
            ])
        }
        #expect(throws: PythonException.self) { try registry.object("Lock", Arguments([Fragment(1)])) }
        for name in ["Semaphore", "RobustSemaphore"] {
            #expect(throws: PythonException.self) { try registry.object(name, Arguments([Fragment(-1)])) }
        }
        // What nobody can hold is a signal, and stays one; to ask for a robust one is a mistake.
        #expect(try registry.object("Semaphore", Arguments([Fragment(0)])).exposed == ["acquire", "release"])
        #expect(throws: PythonException.self) { try registry.object("RobustSemaphore", Arguments([Fragment(0)])) }
    }
}
