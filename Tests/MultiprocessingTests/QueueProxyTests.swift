import Multiprocessing
import TestSupport
import Testing

/// Queues and locks, in all their forms of waiting.
@Suite(.timeLimit(.minutes(3))) struct QueueProxyTests {
    @Test(arguments: ServerUnderTest.all)
    func `A queue that is asked without waiting`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let queue = try await manager.queue(of: String.self, capacity: 1)
            #expect(try await queue.getIfAvailable() == nil)
            #expect(try await queue.putIfRoom("a"))
            #expect(try await !queue.putIfRoom("b"))
            #expect(try await queue.isFull)
            #expect(try await queue.getIfAvailable() == "a")
            #expect(try await !queue.isFull)
        }
    }

    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 13) })
    func `A loop over a queue ends when it has been shut down and emptied`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let queue = try await manager.queue(of: Int.self)
            async let taken = Task {
                var taken: [Int] = []
                for try await item in queue { taken.append(item) }
                return taken
            }.value
            try await queue.put(contentsOf: [1, 2, 3])
            try await queue.shutdown()
            #expect(try await taken == [1, 2, 3])
            let error = await #expect(throws: RemoteError.self) { try await queue.put(4) }
            #expect(error?.type == .queueShutDown)
            for try await item in queue { Issue.record("\(item)") }
        }
    }

    @Test(arguments: ServerUnderTest.all)
    func `A joinable queue is joined when all work is done`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let queue = try await manager.joinableQueue(of: Int.self)
            try await queue.put(contentsOf: [1, 2])
            let joined = Task { try await queue.join() }
            for _ in 0..<2 {
                _ = try await queue.get()
                try await queue.taskDone()
            }
            try await joined.value
            let error = await #expect(throws: RemoteError.self) { try await queue.taskDone() }
            #expect(error?.type == .valueError)
        }
    }

    @Test func `Queues of other orders, and leases with a timeout`() async throws {
        try await ServerUnderTest.swift.withManager { manager in
            let last = try await manager.lifoQueue(of: Int.self)
            let lowest = try await manager.priorityQueue(of: Int.self)
            for queue in [last, lowest] { try await queue.put(contentsOf: [2, 3, 1]) }
            #expect(try await last.get(upTo: 3) == [1, 3, 2])
            #expect(try await lowest.get(upTo: 3) == [1, 2, 3])
            let error = await #expect(throws: RemoteError.self) { try await last.withLease(timeout: .milliseconds(1)) { $0 } }
            #expect(error?.type == .queueEmpty)
            try await last.put(5)
            #expect(try await last.withLease(timeout: .seconds(5)) { $0 } == 5)
        }
    }

    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 2) })
    func `Locks that are held for a body, in all forms of waiting`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let (lock, rlock, condition) = (try await manager.lock(), try await manager.rlock(), try await manager.condition())
            #expect(try await lock.withLock(timeout: .seconds(5)) { try await lock.withLock(timeout: .milliseconds(1)) { 1 } } == .some(nil))
            #expect(try await lock.withLockIfAvailable { try await lock.withLockIfAvailable { 1 } } == .some(nil))
            #expect(try await lock.acquireIfAvailable())
            try await lock.release()
            #expect(try await rlock.withLockIfAvailable { try await rlock.withLockIfAvailable { 1 } } == 1)
            let other = try await rlock.withLock { try await Task.detached { try await rlock.withLockIfAvailable { 1 } }.value }
            #expect(other == nil)
            #expect(try await condition.withLock(timeout: .seconds(5)) { try await condition.wait(for: .milliseconds(1)) { false } } == false)
            #expect(try await condition.withLockIfAvailable { try await condition.wait(for: .zero) { true } } == true)
            if server.isAtLeast(3, 14) {
                #expect(try await !lock.isLocked)
                #expect(try await lock.withLock { try await lock.isLocked })
            }
            if server.isAtLeast(3, 9) {
                let semaphore = try await manager.semaphore(value: 0, robust: false)
                try await semaphore.release(2)
                #expect(try await semaphore.acquireIfAvailable())
                #expect(try await semaphore.acquire(timeout: .seconds(5)))
                #expect(try await !semaphore.acquireIfAvailable())
            }
        }
    }

    @Test(arguments: ServerUnderTest.all.filter { $0.isAtLeast(3, 3) })
    func `A barrier that waits too long breaks`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let barrier = try await manager.barrier(parties: 2)
            let error = await #expect(throws: RemoteError.self) { try await barrier.wait(for: .milliseconds(1)) }
            #expect(error?.type == .brokenBarrier)
        }
    }
}
