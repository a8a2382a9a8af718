import ManagedObjects
import Pickle
import Testing

/// Sessions that wait for each other by robust locks: what is found, and what is not taken for it.
struct DeadlockTests {
    private let locks = RobustLocks(lastToken: 100)

    private func make(_ kind: LockKind) -> ObjectUnderTest { ObjectUnderTest(ManagedRobustLock(kind, in: locks)) }

    private func deadlock(_ called: ObjectUnderTest.Called) -> PickleValue? { called.exception?.arguments.first }

    @Test func `The call that would complete a ring of any length is refused, and names the locks and the sessions`() throws {
        for count in 1...5 {
            let locks = (0..<count).map { _ in make(.lock) }
            for (number, lock) in locks.enumerated() { _ = try lock.call("acquire", session: UInt64(number + 1)) }
            for number in 0..<(count - 1) { #expect(try locks[number + 1].call("acquire", session: UInt64(number + 1)).waits) }
            let refused = try locks[0].call("acquire", session: UInt64(count))
            #expect(refused.exception?.name == "RuntimeError")
            #expect(deadlock(refused)?.text?.hasPrefix("deadlock: Lock ") == true)
            #expect(deadlock(refused)?.text?.components(of: "is held by session") == count)
            // Without the ring all goes on.
            #expect(try locks[count - 1].call("release", session: UInt64(count)).exception == nil)
        }
    }

    @Test func `The text of a deadlock tells the ring`() throws {
        let (first, second) = (make(.lock), make(.rlock))
        _ = try first.call("acquire", session: 1)
        _ = try second.call("acquire", session: 2)
        _ = try second.call("acquire", session: 1)
        #expect(deadlock(try first.call("acquire", session: 2))
            == "deadlock: Lock 1 is held by session 1, which waits for another: RLock 2 is held by session 2, whose holder makes this call")
    }

    @Test func `A wait that ends by itself is no deadlock, on either side`() throws {
        let (first, second) = (make(.lock), make(.lock))
        _ = try first.call("acquire", session: 1)
        _ = try second.call("acquire", session: 2)
        let limited = try second.call("acquire", true, 1, session: 1)
        #expect(try first.call("acquire", true, 1, session: 2).waits)
        #expect(try first.call("acquire", session: 3).waits)
        #expect(limited.waits)
        let (third, fourth) = (make(.lock), make(.lock))
        _ = try third.call("acquire", session: 4)
        _ = try fourth.call("acquire", session: 5)
        _ = try fourth.call("acquire", session: 4)
        #expect(try third.call("acquire", true, 5, session: 5).waits)
        #expect(try third.call("acquire", false, session: 5).value() == false)
    }

    @Test func `A wait that was given up or answered is no part of a ring any more`() throws {
        let (first, second) = (make(.lock), make(.lock))
        _ = try first.call("acquire", session: 1)
        _ = try second.call("acquire", session: 2)
        let waiting = try second.call("acquire", session: 1)
        var effects = Effects()
        #expect(second.object.cancel(waiting.id, effects: &effects))
        let other = try first.call("acquire", session: 2)
        #expect(other.waits)
        #expect(try first.call("release", session: 1).woken.map(\.call) == [other.id])
        // The second session has both now, and the first may wait for either.
        #expect(try second.call("acquire", session: 1).waits)
        #expect(try second.call("release", session: 2).woken.count == 1)
        #expect(deadlock(try second.call("acquire", session: 2)) == nil)
    }

    @Test func `A semaphore is waited for in vain when each of its holders waits for the caller, and not before`() throws {
        let (semaphore, lock, other) = (make(.semaphore(2)), make(.lock), make(.lock))
        for session in 1...2 { _ = try semaphore.call("acquire", session: UInt64(session)) }
        _ = try lock.call("acquire", session: 3)
        _ = try other.call("acquire", session: 3)
        _ = try lock.call("acquire", session: 1)
        // The second holder may still release it.
        let waiting = try semaphore.call("acquire", true, 5, session: 3)
        #expect(waiting.waits)
        #expect(semaphore.timeOut(waiting.id).reply != nil)
        let second = try other.call("acquire", session: 2)
        #expect(deadlock(try semaphore.call("acquire", session: 3))
            == "deadlock: Semaphore 1 is held by session 1, which waits for another: Lock 2 is held by session 3, whose holder makes this call")
        #expect(try other.call("release", session: 3).woken.map(\.call) == [second.id])
        #expect(try semaphore.call("acquire", session: 3).waits)
    }

    @Test func `A session that has all of a semaphore does not wait for more of it`() throws {
        let semaphore = make(.semaphore(2))
        for _ in 1...2 { #expect(try semaphore.call("acquire", session: 1).value() == true) }
        #expect(deadlock(try semaphore.call("acquire", session: 1))
            == "deadlock: Semaphore 1 is held by session 1, whose holder makes this call")
        _ = try semaphore.call("release", session: 1)
        _ = try semaphore.call("acquire", session: 2)
        #expect(try semaphore.call("acquire", session: 1).waits)
    }

    @Test func `A wait that was named by two calls lasts until both have ended`() throws {
        let (named, first, second) = (make(.lock), make(.lock), make(.lock))
        _ = try named.call("acquire_fenced", session: 1)  // 101
        _ = try first.call("acquire", session: 2)
        _ = try second.call("acquire", session: 3)
        #expect(try first.call("acquire_fenced", true, .none, .tuple([101]), session: 4).waits)
        #expect(try second.call("acquire_fenced", true, .none, .tuple([101]), session: 5).waits)
        #expect(try second.call("release", session: 3).woken.count == 1)
        #expect(deadlock(try named.call("acquire", session: 2)) != nil)
        #expect(try named.call("acquire", session: 3).waits)
    }

    @Test func `The lock of a condition is a part of rings, before a wait and after it`() throws {
        let (lock, condition) = (make(.lock), ObjectUnderTest(ManagedRobustCondition(in: locks)))
        _ = try lock.call("acquire", session: 1)
        _ = try condition.call("acquire", session: 2)
        #expect(try condition.call("acquire", session: 1).waits)
        #expect(deadlock(try lock.call("acquire", session: 2)) != nil)
        _ = try condition.call("release", session: 2)
        // The first has both, and gives up the one to wait.
        #expect(try condition.call("wait", session: 1).waits)
        _ = try condition.call("acquire", session: 2)
        let waiting = try lock.call("acquire", true, 5, session: 2)
        _ = lock.timeOut(waiting.id)
        _ = try condition.call("notify", session: 2)
        #expect(deadlock(try lock.call("acquire", session: 2)) != nil)
        #expect(try condition.call("release", session: 2).woken.count == 1)
    }

    @Test func `A wait at a condition whose time has come ends with the error when the lock will never be free`() throws {
        let (lock, condition) = (make(.lock), ObjectUnderTest(ManagedRobustCondition(in: locks)))
        for object in [lock, condition] { _ = try object.call("acquire", session: 1) }
        let waiting = try condition.call("wait", 1, session: 1)
        _ = try condition.call("acquire", session: 2)
        let stuck = try lock.call("acquire", session: 2)
        #expect(stuck.waits)
        guard case .exception(let error)? = condition.timeOut(waiting.id).reply else { Issue.record("it waits for ever"); return }
        #expect(error.arguments.first?.text?.hasPrefix("deadlock: RLock 2 is held by session 2, which waits for another: Lock 1 is held by session 1") == true)
        #expect(try lock.call("release", session: 1).woken.map(\.call) == [stuck.id])
    }

    @Test func `A holder is known by its first token after it has waited at the condition`() throws {
        let (lock, condition) = (make(.lock), ObjectUnderTest(ManagedRobustCondition(in: locks)))
        #expect(try condition.call("acquire_fenced", session: 1).value() == .tuple([101, false]))
        let waiting = try condition.call("wait", session: 1)
        #expect(try condition.call("acquire_fenced", session: 2).value() == .tuple([102, false]))
        _ = try condition.call("notify_all", session: 2)
        #expect(try condition.call("release", session: 2).woken.map(\.call) == [waiting.id])
        #expect(try condition.call("fencing_token", session: 1).value() == 103)
        _ = try lock.call("acquire_fenced", session: 3)
        #expect(try lock.call("acquire_fenced", true, .none, .tuple([101]), session: 4).waits)
        #expect(deadlock(try condition.call("acquire", session: 3)) != nil)
    }

    @Test func `A session that carries many calls is never taken for one that waits`() throws {
        let lock = make(.lock)
        for _ in 0..<2 {
            var arguments = Arguments()
            arguments.sessionIsShared = true
            var effects = Effects()
            let result = lock.object.call(
                "acquire", arguments, id: CallID(session: SessionID(1), number: UInt64.random(in: 1_000...(.max))), now: Timestamp(nanoseconds: 0),
                effects: &effects)
            if case .reply(.exception(let exception))? = result { Issue.record("\(exception)") }
        }
        #expect(try lock.call("release", session: 1).woken.count == 1)
    }

    @Test func `A caller that names what it keeps by another session completes a ring`() throws {
        let (first, second) = (make(.lock), make(.lock))
        _ = try first.call("acquire_fenced", session: 1)   // 101
        _ = try second.call("acquire_fenced", session: 2)  // 102
        #expect(try second.call("acquire_fenced", true, .none, .tuple([101]), session: 3).waits)
        #expect(deadlock(try first.call("acquire_fenced", true, .none, .list([102]), session: 4))?.text?.hasPrefix("deadlock: Lock 1 is held by session 1") == true)
        // One that keeps nothing waits.
        #expect(try first.call("acquire_fenced", true, .none, .tuple([]), session: 5).waits)
        #expect(try first.call("acquire_fenced", true, .none, 5, session: 6).exception?.name == "TypeError")
    }

    /// Sessions that do as they like: who holds what and who waits is kept here, too, and looked at in the simplest way.
    private struct Sessions {
        /// Each as often as it has acquired the lock.
        var holders: [[UInt64]]
        var waiting: [UInt64: Int] = [:]

        /// Whether some would wait for ever, though each that does not wait releases all it holds and each that is given a lock does the same.
        var areStuck: Bool {
            var (holders, waiting) = (holders, waiting)
            func freed() -> Int? { holders.firstIndex { $0.contains { waiting[$0] == nil } } }
            while let lock = freed() {
                holders[lock].removeAll { waiting[$0] == nil }
                if let next = waiting.first(where: { $0.value == lock })?.key {
                    waiting[next] = nil
                    holders[lock].append(next)
                }
            }
            return !waiting.isEmpty
        }

        mutating func release(_ session: UInt64, _ lock: Int) {
            if let position = holders[lock].lastIndex(of: session) { holders[lock].remove(at: position) }
        }
    }

    @Test func `Of thousands of random steps those are refused that would leave sessions stuck, and no others`() throws {
        let kinds = [LockKind.lock, .lock, .lock, .semaphore(2), .semaphore(2), .semaphore(3)]
        let pool = kinds.map(make)
        var (sessions, refused, waited) = (Sessions(holders: kinds.map { _ in [] }), 0, 0)
        func release(_ lock: Int, by session: UInt64) throws {
            let woken = try pool[lock].call("release", session: session).woken
            sessions.release(session, lock)
            guard let next = woken.first?.call.session.rawValue else { return }
            sessions.holders[lock].append(next)
            sessions.waiting[next] = nil
        }
        for _ in 0..<5_000 {
            let (session, lock) = (UInt64.random(in: 1...6), Int.random(in: 0..<pool.count))
            guard sessions.waiting[session] == nil else { continue }
            if sessions.holders[lock].contains(session), Bool.random() {
                try release(lock, by: session)
                continue
            }
            let called = try pool[lock].call("acquire", session: session)
            var wanted = sessions
            wanted.waiting[session] = lock
            if let exception = called.exception {
                #expect(wanted.areStuck, "\(exception)")
                refused += 1
                // It gives up all that it holds.
                for held in pool.indices { for _ in sessions.holders[held].filter({ $0 == session }) { try release(held, by: session) } }
            } else if called.waits {
                #expect(!wanted.areStuck)
                waited += 1
                sessions = wanted
            } else {
                sessions.holders[lock].append(session)
            }
        }
        #expect(refused > 50 && waited > 50)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var (count, rest) = (0, self[...])
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
