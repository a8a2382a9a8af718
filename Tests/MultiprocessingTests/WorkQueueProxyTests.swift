import Glibc
import ManagerServer
import Multiprocessing
import Synchronization
import TestSupport
import Testing

/// Work queues by their typed proxy.
@Suite(.timeLimit(.minutes(2))) struct WorkQueueProxyTests {
    struct Unlucky: Error {}

    private func withQueue(
        maximumDeliveries: Int = 10, _ body: (WorkQueueProxy<String>, Manager) async throws -> Void
    ) async throws {
        try await withSwiftServer { _, manager in try await body(try await manager.workQueue(maximumDeliveries: maximumDeliveries), manager) }
    }

    /// Another process's way to the server: a manager with a configuration of its own does not share this one's connections.
    private func withOther(_ manager: Manager, _ queue: WorkQueueProxy<String>, _ body: (WorkQueueProxy<String>, Manager) async throws -> Void) async throws {
        var configuration = ManagerConfiguration()
        configuration.connectTimeout = .seconds(21)
        let address = try #require(manager.address)
        let other = Manager(address: address, authkey: "abc", configuration: configuration)
        try await other.connect()
        let mail = TypeID<QueueProxy<WorkQueueProxy<String>>>(sharedQueue.name)
        try await manager(mail).put(queue)
        try await body(try await other(mail).get(), other)
        await other.shutdown()
    }

    @Test func `An item is leased, counted and acknowledged`() async throws {
        try await withQueue { queue, _ in
            #expect(try await queue.put("a"))
            try await queue.put(contentsOf: ["b", "c"], priority: -1)
            try await queue.put("urgent", priority: 3)
            try await queue.put("late", delay: .seconds(600))
            #expect(try await queue.peek(9) == ["urgent", "a", "b", "c"])
            let lease = try await queue.lease()
            #expect(lease.item == "urgent" && lease.deliveries == 1)
            #expect(try await queue.counts == WorkCounts(ready: 3, leased: 1, delayed: 1, dead: 0))
            try await lease.acknowledge()
            // Ending it again does nothing.
            try await lease.giveBack()
            #expect(try await queue.counts == WorkCounts(ready: 3, leased: 0, delayed: 1, dead: 0))
        }
    }

    @Test func `A lease that is given back, or dropped, is another's`() async throws {
        try await withQueue { queue, _ in
            try await queue.put("x")
            try await queue.lease().giveBack()
            do {
                let dropped = try await queue.lease()
                #expect(dropped.deliveries == 2)
            }
            let third = try await queue.lease(timeout: .seconds(60))
            #expect(third.deliveries == 3)
            try await third.giveBack(after: .milliseconds(10))
            #expect(try await queue.lease(timeout: .seconds(60)).deliveries == 4)
        }
    }

    @Test func `A loop acknowledges what its body came to the end of, and gives back what it left by an error`() async throws {
        try await withQueue { queue, _ in
            try await queue.put(contentsOf: ["a", "b", "bad", "c"])
            var done: [String] = []
            await #expect(throws: Unlucky.self) {
                for try await lease in queue.leases {
                    if lease.item == "bad" { throw Unlucky() }
                    done.append(lease.item)
                }
            }
            #expect(done == ["a", "b"])
            try await waitUntil { try await queue.counts == WorkCounts(ready: 2, leased: 0, delayed: 0, dead: 0) }
            try await queue.shutdown()
            for try await lease in queue.leases {
                done.append("\(lease.item) \(lease.deliveries ?? 0)")
                // Said by hand: what follows is no failure.
                try await lease.acknowledge()
            }
            #expect(done == ["a", "b", "bad 2", "c 1"])
        }
    }

    @Test func `A loop that is left by break gives back what was not acknowledged`() async throws {
        try await withQueue { queue, _ in
            try await queue.put(contentsOf: ["a", "b"])
            for try await lease in queue.leases where lease.item == "b" { break }
            #expect(try await queue.lease(timeout: .seconds(60)).deliveries == 2)
        }
    }

    @Test func `Several items are worked on at a time, until the queue has been shut down`() async throws {
        try await withQueue { queue, manager in
            let barrier = try await manager.barrier(parties: 3)
            try await queue.put(contentsOf: (0..<9).map(String.init))
            try await queue.shutdown()
            let done = Mutex<Set<String>>([])
            try await queue.forEachLease(concurrently: 3) { lease in
                _ = try await barrier.wait()
                _ = done.withLock { $0.insert(lease.item) }
            }
            #expect(done.withLock { $0.count } == 9)
            #expect(try await queue.counts == WorkCounts(ready: 0, leased: 0, delayed: 0, dead: 0))
            try await queue.join()
        }
    }

    @Test func `An error in one body ends the work, and its item goes back`() async throws {
        try await withQueue { queue, _ in
            try await queue.put("bad")
            await #expect(throws: Unlucky.self) { try await queue.forEachLease(concurrently: 3) { _ in throw Unlucky() } }
            #expect(try await queue.withLease { $0 } == "bad")
            await #expect(throws: RemoteError.self) { try await queue.withLease(timeout: .milliseconds(1)) { $0 } }
        }
    }

    @Test func `What a connection had on lease is another's when it ends, and its late acknowledgement fails`() async throws {
        try await withQueue { queue, manager in
            try await queue.put("x")
            try await withOther(manager, queue) { theirs, other in
                let lease = try await theirs.lease()
                let waiting = Task { try await queue.lease() }
                await other.shutdown()
                #expect(try await waiting.value.deliveries == 2)
                #expect(await managerError { try await lease.acknowledge() } == .connectionLost)
            }
        }
    }

    @Test func `A lease beyond its deadline is another's, and its late acknowledgement is refused`() async throws {
        try await withSwiftServer { _, manager in
            let queue = try await manager.workQueue(of: String.self, leaseTime: .seconds(600))
            try await queue.put("x")
            let first = try await queue.lease()
            try await first.renew(for: .milliseconds(20))
            let second = try await queue.lease(timeout: .seconds(60))
            #expect(second.deliveries == 2)
            let error = await #expect(throws: RemoteError.self) { try await first.acknowledge() }
            #expect(error?.type == .valueError)
            try await second.renew()
            let late = await #expect(throws: RemoteError.self) { try await queue.lease(timeout: .milliseconds(1)) }
            #expect(late?.type == .queueEmpty)
            try await second.acknowledge()
        }
    }

    @Test func `Dead letters are listed, waited for, taken and put back`() async throws {
        try await withQueue(maximumDeliveries: 2) { queue, _ in
            let waiting = Task { try await queue.waitForDeadLetters() }
            try await queue.put("poison")
            for _ in 0..<2 { _ = try? await queue.withLease { _ in throw Unlucky() } }
            let letters = try await waiting.value
            #expect(letters.map(\.item) == ["poison"] && letters.map(\.deliveries) == [2])
            try await queue.put("more")
            for _ in 0..<2 { _ = try? await queue.withLease { _ in throw Unlucky() } }
            #expect(try await queue.deadLetters().map(\.item) == ["more"])
            #expect(try await queue.refill() == 1)
            #expect(try await queue.peek() == ["more"])
            #expect(try await queue.takeDeadLetters(upTo: 3).isEmpty)
            let error = await #expect(throws: RemoteError.self) { try await queue.waitForDeadLetters(timeout: .milliseconds(1)) }
            #expect(error?.type == .queueEmpty)
        }
    }

    @Test func `Keys, windows and bounds`() async throws {
        try await withSwiftServer { _, manager in
            let queue = try await manager.workQueue(of: Int.self, capacity: 2, uniqueWindow: .seconds(600))
            #expect(try await queue.put(1, key: "k"))
            #expect(try await !queue.put(2, key: "k"))
            #expect(try await queue.withLease { $0 } == 1)
            #expect(try await !queue.put(3, key: "k"))
            #expect(try await queue.put(4, key: 7))
            try await queue.put(5)
            let error = await #expect(throws: RemoteError.self) { try await queue.put(6, timeout: .milliseconds(1)) }
            #expect(error?.type == .queueFull)
            let waiting = Task { try await queue.put(7) }
            #expect(try await queue.withLease { $0 } == 4)
            #expect(try await waiting.value)
        }
    }

    @Test func `A lease of a plain queue does not count its deliveries, and cannot be held back`() async throws {
        try await withSwiftServer { _, manager in
            let queue = try await manager.queue(of: Int.self)
            try await queue.put(contentsOf: [1, 2])
            let lease = try await queue.lease()
            #expect(lease.item == 1 && lease.deliveries == nil)
            try await lease.giveBack()
            var taken: [Int] = []
            try await queue.shutdown()
            for try await lease in queue.leases { taken.append(lease.item) }
            #expect(taken == [1, 2])
        }
    }

    @Test(arguments: ServerUnderTest.pythons.suffix(1))
    func `CPython's servers have no work queues and no leases, and the errors say so`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let queue = try await manager.queue(of: Int.self)
            #expect(try await !queue.hasLeases)
            #expect(await managerError { _ = try await queue.lease() } == .notSupported)
            await #expect(throws: RemoteError.self) { try await manager.workQueue(of: Int.self) }
        }
    }

    @Test func `A server that stops answering on TCP is taken for gone, and what waits throws`() async throws {
        let server = try TestProgram(
            BuiltProduct.path("manager"), ["serve", "--address", "127.0.0.1:0", "--register", "get_task=Queue", "--peer-timeout", "1"],
            environment: ["MANAGER_AUTHKEY": "abc"], input: [])
        let manager = Manager(address: try ManagerAddress(parsing: await server.listeningAddress()), authkey: "abc")
        try await manager.connect()
        let queue = try await manager(TypeID<QueueProxy<Int>>("get_task"))
        #expect(try await queue.isEmpty)
        kill(server.pid, SIGSTOP)
        #expect(await managerError { _ = try await queue.get() } == .connectionLost)
        await manager.shutdown()
        server.kill()
    }
}
