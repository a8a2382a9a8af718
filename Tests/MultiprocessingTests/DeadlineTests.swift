import ManagerServer
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct DeadlineTests {
    @Test(arguments: ServerUnderTest.pythons.suffix(1) + [.swift])
    func `A call that is not answered in time is given up and says so`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let (queue, lock) = (try await manager.queue(of: Int.self), try await manager.rlock())
            let error = await #expect(throws: ManagerError.self) {
                try await withDeadline(.milliseconds(20)) { try await queue.get() }
            }
            #expect(error?.code == .deadlineExceeded)
            #expect(error?.description.hasPrefix("get was not answered within 0.02 seconds") == true)
            try await lock.withLock {
                // A detached task is another owner; it takes its time with it.
                let code = await Task.detached { await managerError { try await withDeadline(.milliseconds(20)) { try await lock.withLock {} } } }.value
                #expect(code == .deadlineExceeded)
            }
            // CPython gives the lock to the one that has gone.
            if case .swift = server { try await lock.withLock {} }
        }
    }

    @Test func `A call that is given up takes nothing, and what is answered in time is not disturbed`() async throws {
        try await withSwiftServer { server, manager in
            let queue = try await manager(sharedQueue)
            var taken: [Int] = []
            for number in 0..<100 {
                async let put: Void = queue.put(number)
                do {
                    taken.append(try await withDeadline(.microseconds(number * 10)) { try await queue.get() })
                } catch let error as ManagerError {
                    #expect(error.code == .deadlineExceeded)
                }
                try await put
            }
            while try await !queue.isEmpty { taken.append(try await queue.get()) }
            #expect(taken == Array(0..<100))
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `Of nested deadlines the earlier holds, and one that has passed sends nothing`() async throws {
        try await withSwiftServer { _, manager in
            let (queue, list) = (try await manager(sharedQueue), try await manager.list(of: Int.self))
            let code = await managerError {
                try await withDeadline(.milliseconds(10)) {
                    await #expect(throws: ManagerError.self) { try await withDeadline(.seconds(60)) { try await queue.get() } }
                    try await list.append(1)
                }
            }
            #expect(code == .deadlineExceeded)
            #expect(try await list.count == 0)
            await withDeadline(.seconds(60)) {
                for passed in [Duration.zero, .seconds(-1)] {
                    #expect(await managerError { _ = try await withDeadline(passed) { try await list.count } } == .deadlineExceeded)
                }
            }
            #expect(try await withDeadline(.seconds(1 << 60)) { try await list.count } == 0)
        }
    }

    @Test func `What ends within a lock by a deadline or a cancellation has released it`() async throws {
        try await withSwiftServer { _, manager in
            let (lock, rlock, empty) = (try await manager.lock(), try await manager.rlock(), try await manager(sharedQueue))
            #expect(await managerError { _ = try await withDeadline(.milliseconds(20)) { try await lock.withLock { try await empty.get() } } } == .deadlineExceeded)
            #expect(try await lock.withLock(timeout: .seconds(5)) { true } == true)
            #expect(await managerError { _ = try await withDeadline(.milliseconds(20)) { try await rlock.withLock { try await empty.get() } } } == .deadlineExceeded)
            // Over the connection that carries many calls the lock's owner is another.
            let isFree: Bool = try await rlock.object.call("acquire", [true, 5])
            #expect(isFree)
            let (holding, isHeld) = (Task { try await lock.withLock { try await empty.get() } }, { try await lock.isLocked })
            try await waitUntil { try await isHeld() }
            holding.cancel()
            await #expect(throws: CancellationError.self) { try await holding.value }
            #expect(try await lock.withLock(timeout: .seconds(5)) { true } == true)
        }
    }

    @Test func `A condition's wait that is given up loses the lock, and says so to what comes after it`() async throws {
        try await withSwiftServer { _, manager in
            let condition = try await manager.condition()
            let code = await managerError {
                try await condition.withLock {
                    #expect(await managerError { try await withDeadline(.milliseconds(20)) { try await condition.wait() } } == .deadlineExceeded)
                    try await condition.notify()
                }
            }
            #expect(code == .connectionLost)
            #expect(try await condition.withLock(timeout: .seconds(5)) { true } == true)
        }
    }

    @Test func `What ends within a lease by a deadline or a cancellation has given the item back`() async throws {
        try await withSwiftServer { _, manager in
            let (tasks, empty) = (try await manager.queue(of: Int.self), try await manager(sharedQueue))
            try await tasks.put(1)
            #expect(await managerError { _ = try await withDeadline(.milliseconds(20)) { try await tasks.withLease { _ in try await empty.get() } } } == .deadlineExceeded)
            #expect(try await tasks.get(timeout: .seconds(5)) == 1)
            try await tasks.put(2)
            let working = Task { try await tasks.withLease { _ in try await empty.get() } }
            try await waitUntil { try await tasks.isEmpty }
            working.cancel()
            await #expect(throws: CancellationError.self) { try await working.value }
            #expect(try await tasks.get(timeout: .seconds(5)) == 2)
        }
    }

    @Test func `The configuration's time holds for calls that do not wait by nature, and not for those that do`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect(ManagerConfiguration(callTimeout: .milliseconds(600), cancellationTimeout: .milliseconds(50)))
        let queue = try await manager(sharedQueue)
        // Longer than the time of a call.
        let error = await #expect(throws: ManagerError.self) { try await withDeadline(.milliseconds(900)) { try await queue.get() } }
        #expect(error?.description.contains("0.9 seconds") == true)
        try await server.stop()
        #expect(await managerError { _ = try await queue.count } == .deadlineExceeded)
        server.goOn()
        await manager.shutdown()
    }

    @Test func `Connecting to a server that says nothing takes no longer than the deadline`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect()
        let queue = try await manager(sharedQueue)
        try await server.stop()
        #expect(await managerError { _ = try await withDeadline(.milliseconds(50)) { try await queue.withLease { _ in } } } == .deadlineExceeded)
        server.goOn()
        await manager.shutdown()
    }
}
