import Glibc
import Multiprocessing
import TestSupport
import Testing

/// Robust locks as Swift programs use them.
@Suite(.timeLimit(.minutes(2))) struct RobustLockProxyTests {
    @Test func `A lock is robust by default, and plain when that is asked for`() async throws {
        try await withSwiftServer { _, manager in
            #expect(try await manager.lock().isRobust)
            #expect(try await manager.rlock().isRobust)
            #expect(try await manager.semaphore().isRobust)
            #expect(try await manager.boundedSemaphore().isRobust)
            let plain = try await manager.lock(robust: false)
            #expect(try await !plain.isRobust)
            #expect(try await !manager.rlock(robust: false).isRobust)
            #expect(try await !manager.semaphore(robust: false).isRobust)
            #expect(try await !manager.boundedSemaphore(robust: false).isRobust)
            #expect(try await manager.condition().isRobust)
            #expect(try await !manager.condition(robust: false).isRobust)
            #expect(await managerError { try await plain.withLock { (_: LockHolding) in } } == .notSupported)
        }
    }

    @Test func `A body is told its token, and tokens grow over all locks`() async throws {
        try await withSwiftServer { _, manager in
            let (lock, rlock, semaphore) = (try await manager.lock(), try await manager.rlock(), try await manager.semaphore(value: 2))
            var tokens: [FencingToken] = []
            tokens.append(try await lock.withLock { $0.token })
            let (outer, inner) = try await rlock.withLock { outer in (outer.token, try await rlock.withLock { $0.token }) }
            #expect(outer == inner)
            tokens.append(outer)
            tokens.append(try #require(try await semaphore.withLock(timeout: .seconds(5)) { $0.token }))
            tokens.append(try #require(try await lock.withLockIfAvailable { $0.token }))
            #expect(tokens == tokens.sorted() && Set(tokens).count == 4)
            #expect(try await lock.withLock { _ in try await lock.withLockIfAvailable { $0.token } } == .none)
        }
    }

    @Test func `By hand a lock is held until it is released through the proxy or a copy of it`() async throws {
        try await withSwiftServer { _, manager in
            let lock = try await manager.lock()
            let copy = lock
            try await lock.acquire()
            let holding = try #require(lock.holding)
            #expect(try await manager.lockHolders().map(\.token) == [holding.token])
            #expect(try await !copy.acquireIfAvailable())
            try await copy.release()
            #expect(lock.holding == nil)
            let error = await #expect(throws: RemoteError.self) { try await lock.release() }
            #expect(error?.type == .runtimeError)
            let semaphore = try await manager.semaphore(value: 3)
            for _ in 1...3 { try await semaphore.acquire() }
            #expect(try await !semaphore.acquire(timeout: .milliseconds(1)))
            try await semaphore.release(2)
            #expect(try await semaphore.withLock(timeout: .seconds(5)) { true } == true)
        }
    }

    @Test func `A lock that was acquired by hand is abandoned when its proxies are gone`() async throws {
        try await withSwiftServer { _, manager in
            let names = try await manager.dictionary(String.self, LockProxy.self)
            do {
                let lock = try await manager.lock()
                try await names.updateValue(lock, forKey: "lock")
                try await lock.acquire()
            }
            let lock = try #require(try await names.value(forKey: "lock"))
            #expect(try await lock.withLock { $0.wasAbandoned })
            #expect(try await lock.withLock { !$0.wasAbandoned })
        }
    }

    @Test func `After a wait the lock of a condition is held by another acquisition, with a higher token`() async throws {
        try await withSwiftServer { _, manager in
            let (condition, queue) = (try await manager.condition(), try await manager.queue(of: Int.self))
            async let tokens = condition.withLock { outer in
                try await queue.put(1)
                try await condition.wait()
                return (outer.token, try await condition.holding)
            }
            _ = try await queue.get()
            // It is to be had as soon as the other waits.
            let between = try await condition.withLock { holding in
                try await condition.notify()
                return holding.token
            }
            let (first, second) = try await tokens
            #expect(first < between && between < second.token && !second.wasAbandoned)
            let plain = try await manager.condition(robust: false)
            #expect(await managerError { _ = try await plain.holding } == .notSupported)
        }
    }

    @Test func `A proxy that comes out of a container is robust, too`() async throws {
        try await withSwiftServer { _, manager in
            let locks = try await manager.list([try await manager.lock(), try await manager.lock(robust: false)])
            #expect(try await locks.element(at: 0).isRobust)
            #expect(try await !locks.element(at: 1).isRobust)
        }
    }

    // MARK: Deadlocks

    @Test func `Two tasks that take two locks in opposite orders get an error, and all is free afterwards`() async throws {
        try await withSwiftServer { _, manager in
            let (lock, rlock) = (try await manager.lock(), try await manager.rlock())
            let met = try await manager.barrier(parties: 2)
            let one = Task { try await lock.withLock { _ = try await met.wait(); try await rlock.withLock {} } }
            let two = Task { try await rlock.withLock { _ = try await met.wait(); try await lock.withLock {} } }
            let errors = [await one.result, await two.result].compactMap { result in
                if case .failure(let error) = result { error as? RemoteError } else { nil }
            }
            #expect(errors.count == 1)
            #expect(errors.first?.isDeadlock == true)
            #expect(errors.first?.message.contains("which waits for another: ") == true)
            #expect(try await lock.withLockIfAvailable { try await rlock.withLockIfAvailable { 1 } } == 1)
        }
    }

    @Test func `A task that takes a lock twice gets an error, and a child task or one with a limit waits`() async throws {
        try await withSwiftServer { _, manager in
            let lock = try await manager.lock()
            let error = await #expect(throws: RemoteError.self) { try await lock.withLock { try await lock.withLock {} } }
            #expect(error?.isDeadlock == true)
            let inner = try await lock.withLock { try await lock.withLock(timeout: .milliseconds(1)) { 1 } }
            #expect(inner == nil)
            let limited = await managerError { try await lock.withLock { try await withDeadline(.milliseconds(20)) { try await lock.withLock {} } } }
            #expect(limited == .deadlineExceeded)
            // What a child task waits for, its parent may still give.
            let child = try await lock.withLock { Task { try await lock.withLock { 2 } } }
            #expect(try await child.value == 2)
        }
    }

    // MARK: Fences

    @Test func `A proxy with an older token is refused, whatever it is a proxy of`() async throws {
        try await withSwiftServer { _, manager in
            let lock = try await manager.lock()
            let (old, new) = (try await lock.withLock { $0.token }, try await lock.withLock { $0.token })
            let (dictionary, queue) = (try await manager.dictionary(["a": 1]), try await manager.queue(of: Int.self, capacity: 2))
            try await dictionary.fenced(by: old).increment("a")
            try await dictionary.fenced(by: new).increment("a")
            try await queue.fenced(by: new).put(contentsOf: [1, 2])
            for call in [
                { _ = try await dictionary.fenced(by: old).increment("a") }, { _ = try await dictionary.fenced(by: old).count },
                { try await queue.fenced(by: old).put(contentsOf: [3]) }, { _ = try await queue.fenced(by: old).get() },
                { try await dictionary.object.fenced(by: old).call("clear") },
            ] as [() async throws -> Void] {
                let error = await #expect(throws: RemoteError.self) { try await call() }
                #expect(error?.isStaleFencingToken == true)
            }
            #expect(try await dictionary.value(forKey: "a") == 3)
            #expect(try await queue.count == 2)
        }
    }

    @Test func `Items that are put one by one, for want of room, carry the token each`() async throws {
        try await withSwiftServer { _, manager in
            let lock = try await manager.lock()
            let (old, new) = (try await lock.withLock { $0.token }, try await lock.withLock { $0.token })
            let queue = try await manager.queue(of: Int.self, capacity: 2)
            try await queue.put(contentsOf: [1, 2])
            let putting = Task { try await queue.fenced(by: old).put(contentsOf: [3, 4, 5, 6]) }
            #expect(try await queue.get() == 1)
            try await waitUntil { try await queue.count == 2 }
            _ = try await queue.fenced(by: new).count
            // One may wait already; the next is refused.
            for _ in 0..<2 { _ = try await queue.get() }
            let error = await #expect(throws: RemoteError.self) { try await putting.value }
            #expect(error?.isStaleFencingToken == true)
        }
    }

    // MARK: Ends

    @Test func `kill -9 of a Swift program that holds a lock releases it, and the next is told`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect()
        let handover = try await manager(TypeID<QueueProxy<LockProxy>>("get_task"))
        for way in ["body", "hand"] {
            let lock = try await manager.lock()
            try await handover.put(lock)
            let holder = try ProcessTestRun.start("hold-lock", environment: ["MANAGER_ADDRESS": "unix:\(server.path)", "WAY": way])
            let line = try #require(await holder.nextLine())
            let token = try #require(Int(line))
            #expect(try await !lock.acquireIfAvailable())
            let waiting = Task { try await lock.withLock { $0 } }
            holder.kill()
            let holding = try await waiting.value
            #expect(holding.wasAbandoned)
            #expect(holding.token.rawValue > token)
            #expect(try await lock.withLock { !$0.wasAbandoned })
        }
        await manager.shutdown()
    }

    @Test func `A body whose connection was lost is told at its end`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect()
        let lock = try await manager.lock()
        let code = await managerError { try await lock.withLock { try await server.kill() } }
        #expect(code == .connectionLost)
        await manager.shutdown()
    }

    @Test func `Tokens of a server that is started again are higher`() async throws {
        let server = try await ServerProgram()
        var last: FencingToken?
        for _ in 1...3 {
            let manager = try await server.connect()
            let token = try await manager.lock().withLock { $0.token }
            if let last { #expect(last < token) }
            last = token
            await manager.shutdown()
            try await server.kill()
            try await server.start()
        }
    }
}
