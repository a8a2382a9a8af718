import Multiprocessing
import TestSupport
import Testing

/// Servers that go away and come back.
@Suite(.timeLimit(.minutes(2))) struct ReconnectionTests {
    private static let reconnecting = ManagerConfiguration(reconnection: .backoff(initial: .milliseconds(5), maximum: .milliseconds(50), attempts: 400))

    @Test func `A server that is killed gives each caller a typed error at once`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect()
        let (queue, lock, list) = (try await manager(sharedQueue), try await manager.lock(), try await manager.list(of: Int.self))
        try await lock.acquire()
        var calls: [Task<Void, any Error>] = []
        for _ in 0..<100 { calls.append(Task { _ = try await queue.get() }) }
        for _ in 0..<10 { calls.append(Task { try await lock.acquire() }) }
        for _ in 0..<10 { calls.append(Task { while true { try await list.append(1) } }) }
        for _ in 0..<5 { calls.append(Task { try await queue.withLease { _ in } }) }
        _ = try await list.count
        try await server.kill()
        for call in calls {
            let code = await managerError { try await call.value }
            // A call that comes a moment later finds nobody.
            #expect(code == .connectionLost || code == .cannotConnect)
        }
        #expect(await managerError { _ = try await queue.count } == .cannotConnect)
        await manager.shutdown()
    }

    @Test func `Without reconnection a later call connects, and a proxy of the earlier server is stale`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect()
        let (queue, list) = (try await manager(sharedQueue), try await manager.list([1]))
        try await server.kill()
        try await server.start()
        // Lists of the new server, with which the old proxy has nothing to do.
        let others = [try await manager.list([2]), try await manager.list([3])]
        #expect(await managerError { _ = try await list.count } == .staleProxy)
        #expect(await managerError { _ = try await queue.count } == .staleProxy)
        #expect(try await manager(sharedQueue).count == 0)
        for other in others { #expect(try await other.count == 1) }
        await manager.shutdown()
    }

    @Test func `With reconnection blocked gets are armed again, and the new server answers them`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect(Self.reconnecting)
        let queue = try await manager(sharedQueue)
        let getters = (0..<20).map { _ in Task { try await queue.get() } }
        try await queue.put(-1)
        try await server.kill()
        let reader = Task { try await queue.count }
        try await server.start()
        #expect(try await reader.value == 0)
        let other = try await server.connect()
        try await other(sharedQueue).put(contentsOf: 0..<20)
        var taken: Set<Int> = []
        for getter in getters { taken.insert(try await getter.value) }
        // One may have had the item of the first server.
        #expect(taken.subtracting([-1]).isSubset(of: Set(0..<20)) && taken.count == 20)
        await manager.shutdown()
        await other.shutdown()
    }

    @Test func `With reconnection a server that does not answer in time is tried again`() async throws {
        let server = try await ServerProgram()
        func connect(_ reconnection: ReconnectionPolicy) async throws -> (Manager, QueueProxy<Int>) {
            let manager = try await server.connect(ManagerConfiguration(connectTimeout: .milliseconds(100), reconnection: reconnection))
            return (manager, try await manager(sharedQueue))
        }
        let (manager, queue) = try await connect(.backoff(initial: .milliseconds(5), maximum: .milliseconds(50), attempts: 400))
        let (other, _) = try await connect(.never)
        try await server.kill()
        try await server.start()
        try await server.stop()
        let reader = Task { try await queue.count }
        // As long as the reader has to try at least once.
        for _ in 0..<3 { #expect(await managerError { _ = try await other(sharedQueue) } != nil) }
        server.goOn()
        #expect(try await reader.value == 0)
        await manager.shutdown()
        await other.shutdown()
    }

    @Test func `With reconnection what is not safe to repeat fails, and unshared objects are stale`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect(Self.reconnecting)
        let (queue, list) = (try await manager(sharedQueue), try await manager.list(of: Int.self))
        let bounded = try await manager.queue(of: Int.self, capacity: 1)
        try await bounded.put(1)
        let put = Task { try await bounded.put(2) }
        let appends = Task { while true { try await list.append(1) } }
        try await waitUntil { try await list.count > 10 }
        try await server.kill()
        #expect(await managerError { try await put.value } == .connectionLost)
        try await server.start()
        let code = await managerError { try await appends.value }
        #expect(code == .connectionLost || code == .staleProxy)
        #expect(await managerError { _ = try await list.count } == .staleProxy)
        try await queue.put(5)
        #expect(try await queue.get() == 5)
        try await queue.put(6)
        #expect(try await queue.withLease { $0 } == 6)
        await manager.shutdown()
    }

    @Test func `A call that waits for a server can be cancelled and has its deadline; in the end it fails`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect(Self.reconnecting)
        let queue = try await manager(sharedQueue)
        let fewAttempts = try await server.connect(
            ManagerConfiguration(reconnection: .backoff(initial: .milliseconds(1), maximum: .milliseconds(2), attempts: 3)))
        let sameQueue = try await fewAttempts(sharedQueue)
        let (getter, sameGetter) = (Task { try await queue.get() }, Task { try await sameQueue.get() })
        _ = try await (queue.count, sameQueue.count)
        try await server.kill()
        #expect(await managerError { _ = try await sameGetter.value } == .connectionLost)
        #expect(await managerError { _ = try await withDeadline(.milliseconds(20)) { try await queue.count } } == .deadlineExceeded)
        getter.cancel()
        await #expect(throws: CancellationError.self) { try await getter.value }
        await manager.shutdown()
        #expect(await managerError { _ = try await queue.count } == .notRunning)
    }

    @Test func `A manager that is shut down ends the calls that wait for a server`() async throws {
        let server = try await ServerProgram()
        let manager = try await server.connect(Self.reconnecting)
        let queue = try await manager(sharedQueue)
        let getter = Task { try await queue.get() }
        _ = try await queue.count
        try await server.kill()
        await manager.shutdown()
        let code = await managerError { _ = try await getter.value }
        #expect(code == .notRunning || code == .connectionLost)
    }

    @Test(arguments: PythonInterpreter.python3)
    func `A Python client's proxy of an earlier server gets CPython's error, never another object`(_ python: PythonInterpreter) async throws {
        let server = try await ServerProgram()
        let client = try python.start("""
            import sys
            from multiprocessing.managers import SyncManager, RemoteError
            manager = SyncManager(sys.argv[1], b'abc')
            manager.connect()
            proxies = [manager.list([1]) for _ in range(20)]
            print('made')
            sys.stdin.readline()
            for proxy in proxies:
                # The connection of the first call was the earlier server's.
                for _ in range(2):
                    try: print(len(proxy))
                    except (EOFError, OSError): proxy._tls.__dict__.clear()
                    except RemoteError as error: print("KeyError: '%s'" % proxy._token.id in str(error))
            print('end')
            """, [server.path])
        #expect(await client.nextLine() == "made")
        try await server.kill()
        try await server.start()
        let manager = try await server.connect()
        let others = [try await manager.list([1, 2]), try await manager.list([3])]
        client.send("go on")
        var lines: [String] = []
        while let line = await client.nextLine(), line != "end" { lines.append(line) }
        #expect(lines.count >= 20 && lines.allSatisfy { $0 == "True" }, "\(lines)")
        for other in others { #expect(try await other.count > 0) }
        await manager.shutdown()
    }

    @Test(arguments: ServerUnderTest.pythons.suffix(1))
    func `CPython's server comes back, too, without its objects`(_ server: ServerUnderTest) async throws {
        guard case .python(let python) = server else { return }
        let script = """
            import queue, sys
            from multiprocessing.managers import SyncManager
            jobs = queue.Queue()
            SyncManager.register('get_task', callable=lambda: jobs)
            server = SyncManager(('127.0.0.1', int(sys.argv[1])), b'abc').get_server()
            print(server.address[1])
            server.serve_forever()
            """
        let first = try python.start(script, ["0"])
        let port = try #require(await first.nextLine().flatMap { Int($0) })
        let manager = Manager(address: .tcp("127.0.0.1", port), authkey: "abc", configuration: Self.reconnecting)
        try await manager.connect()
        let (queue, list) = (try await manager(sharedQueue), try await manager.list([1]))
        let waiting = Task { while true { _ = try await queue.get() } }
        _ = try await queue.count
        first.kill()
        try await waitForEnd(of: first.pid)
        let second = try python.start(script, ["\(port)"])
        _ = await second.nextLine()
        // The call that waited was made again. But Python tells nobody that an object is shared, so it cannot be found again.
        #expect(await managerError { try await waiting.value } == .staleProxy)
        #expect(await managerError { _ = try await list.count } == .staleProxy)
        #expect(try await manager(sharedQueue).count == 0)
        second.kill()
        await manager.shutdown()
    }
}
