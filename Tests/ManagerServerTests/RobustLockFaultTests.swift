import Pickle
import TestSupport
import Testing

/// Holders of one lock that are killed again and again, while others go on.
@Suite(.timeLimit(.minutes(3))) struct RobustLockFaultTests {
    private static let connecting = """
        import sys
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        for name in ['accounts_lock', 'condition', 'accounts']: Manager.register(name)
        manager = Manager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
        manager.connect()
        accounts = manager.accounts()

        """

    /// Reads a number and writes it one higher, in two steps under a lock, until it is high enough. Then it says that it has done so.
    private static let worker = connecting + """
        lock = manager.accounts_lock()
        while True:
            token, abandoned = lock.acquire_fenced()
            number = accounts.get('number', 0, __fencing_token__=token)
            if number < int(sys.argv[2]): accounts.update({'number': number + 1}, __fencing_token__=token)
            lock.release()
            if number >= int(sys.argv[2]): break
            accounts.increment('told')
        """

    private static func value(_ key: String, _ accounts: String, _ peer: RawPeer) throws -> Int {
        guard case .int(let value) = try peer.request(accounts, "get", .string(key), 0).result else { throw RawPeer.Closed() }
        return value
    }

    @Test func `Of steps under a lock none is lost and none is done twice, however many holders are killed`() async throws {
        let python = try #require(PythonInterpreter.newest)
        let (goal, kills) = (400, 15)
        try await withRobustServer { server in
            let (peer, accounts) = (try RawPeer.session(server), try RawPeer.create(server, "accounts"))
            func value(_ key: String) throws -> Int { try Self.value(key, accounts, peer) }
            func start() throws -> TestProgram { try python.start(Self.worker, [String(server.port), String(goal)]) }
            var workers = try (0..<4).map { _ in try start() }
            for number in 0..<kills {
                try await waitUntil { try value("number") >= (number + 1) * goal / (kills + 2) }
                let victim = Int.random(in: workers.indices)
                workers[victim].kill()
                workers[victim] = try start()
            }
            for worker in workers { #expect(await worker.outcome().status == 0) }
            let (number, told) = (try value("number"), try value("told"))
            #expect(number == goal)
            // A worker that was killed may have done a step and not said so.
            #expect(told <= number && number <= told + kills)
        }
    }

    /// Waits until there is something to do, and does it.
    private static let waiter = connecting + """
        condition = manager.condition()
        while True:
            condition.acquire()
            while not accounts.get('open', 0): condition.wait()
            accounts.increment('open', -1)
            condition.release()
        """

    @Test func `A notification is not lost with the one that it has woken, however many of these are killed`() async throws {
        let python = try #require(PythonInterpreter.newest)
        let kills = 25
        try await withRobustServer { server in
            let (peer, condition) = (try RawPeer.session(server), try RawPeer.create(server, "condition"))
            let accounts = try RawPeer.create(server, "accounts")
            func value(_ key: String) throws -> Int { try Self.value(key, accounts, peer) }
            func start() throws -> TestProgram { try python.start(Self.waiter, [String(server.port)]) }
            var waiters = try (0..<4).map { _ in try start() }
            func areWaiting(_ count: Int) throws -> Bool {
                try peer.request(condition, "__repr__").result.text?.hasSuffix(", \(count))>") == true
            }
            for _ in 0..<kills {
                try await waitUntil { try areWaiting(waiters.count) }
                #expect(try peer.request(condition, "acquire").result == true)
                _ = try peer.request(accounts, "increment", "open")
                _ = try peer.request(condition, "notify")
                _ = try peer.request(condition, "release")
                // Now and then it is the one that has just been woken.
                let victim = Int.random(in: waiters.indices)
                waiters[victim].kill()
                try await waitUntil { try value("open") == 0 }
                waiters[victim] = try start()
            }
            for waiter in waiters { waiter.kill() }
        }
    }
}
