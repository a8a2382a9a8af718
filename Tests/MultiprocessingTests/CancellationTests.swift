import ManagerServer
import Multiprocessing
import TestSupport
import Testing

/// Cancelling a task cancels its call on the server.
@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    /// Another way to the same server, so that its calls come in another order each time.
    private func other(_ server: ManagerServer) async throws -> Manager {
        let manager = Manager(
            address: server.address, authkey: "abc", configuration: ManagerConfiguration(connectTimeout: .seconds(10)))
        try await manager.connect()
        return manager
    }

    @Test func `A cancelled get takes no item, however the race ends`() async throws {
        try await withSwiftServer { server, manager in
            let (queue, putting) = (try await manager(sharedQueue), try await other(server)(sharedQueue))
            var (taken, cancelled) = (Set<Int>(), 0)
            for number in 0..<400 {
                let getter = Task { try await queue.get() }
                for _ in 0..<(number % 7) { await Task.yield() }
                async let put: Void = putting.put(number)
                for _ in 0..<(number % 11) { await Task.yield() }
                getter.cancel()
                do {
                    #expect(taken.insert(try await getter.value).inserted)
                } catch is CancellationError {
                    cancelled += 1
                }
                try await put
            }
            #expect(try await queue.count == cancelled)
            for _ in 0..<cancelled { #expect(taken.insert(try await queue.get(timeout: .zero)).inserted) }
            #expect(taken == Set(0..<400))
            #expect(server.connectionCount == 2)
        }
    }

    @Test(arguments: [false, true])
    func `A cancelled acquire holds no lock, however the race ends`(_ robust: Bool) async throws {
        try await withSwiftServer { server, manager in
            let (lock, semaphore) = (try await manager.lock(robust: robust), try await manager.semaphore(robust: robust))
            // A wait for a robust lock is cancelled with its connection, which takes its time to make.
            for number in 0..<(robust ? 50 : 200) {
                try await lock.acquire()
                try await semaphore.acquire()
                let waiting = Task { try await lock.acquire() }
                let waitingToo = Task { try await semaphore.acquire() }
                for _ in 0..<(number % 7) { await Task.yield() }
                async let releases: Void = { try await lock.release(); try await semaphore.release() }()
                for _ in 0..<(number % 5) { await Task.yield() }
                waiting.cancel()
                waitingToo.cancel()
                if case .success = await waiting.result { try await lock.release() }
                if case .success = await waitingToo.result { try await semaphore.release() }
                try await releases
            }
            // The server learns of a connection's end in its own time.
            let longest = robust ? Duration.seconds(30) : .zero
            #expect(try await lock.acquire(timeout: longest))
            #expect(try await semaphore.acquire(timeout: longest))
            if !robust { #expect(server.connectionCount == 1) }
        }
    }

    @Test func `A cancelled put puts nothing`() async throws {
        try await withSwiftServer { _, manager in
            let queue = try await manager.queue(of: Int.self, capacity: 1)
            var put = 0
            for number in 0..<200 {
                try await queue.put(-1)
                let waiting = Task { try await queue.put(number) }
                for _ in 0..<(number % 7) { await Task.yield() }
                async let item = queue.get()
                for _ in 0..<(number % 5) { await Task.yield() }
                waiting.cancel()
                let wasPut = if case .success = await waiting.result { true } else { false }
                #expect(try await item == -1)
                #expect(try await queue.count == (wasPut ? 1 : 0))
                if wasPut {
                    put += 1
                    #expect(try await queue.get() == number)
                }
            }
            #expect(put < 200)
        }
    }

    @Test(arguments: ServerUnderTest.pythons.suffix(1) + [.swift])
    func `A cancelled call ends at once, and others go on`(_ server: ServerUnderTest) async throws {
        try await server.withManager { manager in
            let (queue, event) = (try await manager.queue(of: Int.self), try await manager.event())
            let waiting = Task { try await event.wait() }
            let getters = (0..<5).map { _ in Task { try await queue.get() } }
            for getter in getters { getter.cancel() }
            for getter in getters { await #expect(throws: CancellationError.self) { try await getter.value } }
            try await event.set()
            try await waiting.value
            await #expect(throws: CancellationError.self) {
                try await Task { withUnsafeCurrentTask { $0?.cancel() }; return try await queue.count }.value
            }
        }
    }

    @Test func `A server that does not answer holds up no cancelled call for long`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect(ManagerConfiguration(cancellationTimeout: .milliseconds(50)))
        let (queue, barrier) = (try await manager(sharedQueue), try await manager.barrier(parties: 3))
        let (first, second) = (Task { try await barrier.wait() }, Task { try await barrier.wait() })
        try await waitUntil { try await barrier.waitingCount == 2 }
        try await server.stop()
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(await managerError { _ = try await second.value } == .connectionLost)
        server.goOn()
        // The next call connects again. The server is the same, and the queue was not held by the lost connection alone.
        #expect(try await queue.isEmpty)
        await manager.shutdown()
    }
}
