import Logging
import ManagedObjects
import ManagerConnection
import ManagerServer
import Pickle
import TestSupport
import Testing

/// Runs the body with a server whose locks are robust.
func withRobustServer(_ body: (ManagerServer) async throws -> Void) async throws {
    var registry = Registry.standard
    registry.useRobustLocks()
    registry.register("accounts_lock", shared: ManagedRobustLock(.lock, in: RobustLocks()))
    registry.register("plain_lock", shared: ManagedLock())
    registry.register("condition", shared: ManagedRobustCondition(in: RobustLocks()))
    registry.register("accounts", shared: try ManagedDictionary(Arguments()))
    let configuration = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc")
    let server = try await ManagerServer(registry, configuration: configuration, logger: Logger(label: "test"))
    do {
        try await body(server)
        await server.shutdown()
    } catch {
        await server.shutdown()
        throw error
    }
}

/// Unmodified Python programs and peers of sockets, whose locks are robust.
@Suite(.timeLimit(.minutes(2))) struct RobustLockClientTests {
    private static let opening = """
        import sys, threading
        from multiprocessing.managers import SyncManager, BaseManager
        python2 = sys.version_info[0] == 2
        address = ('127.0.0.1', int(sys.argv[1]))
        m = SyncManager(address=address, authkey=b'abc')
        m.connect()
        class Auto(BaseManager): pass
        for name in ['Lock', 'RLock', 'RobustLock', 'RobustSemaphore', 'accounts_lock', 'condition', 'accounts']: Auto.register(name)
        auto = Auto(address=address, authkey=b'abc')
        auto.connect()
        def raised(error, call):
            try: call()
            except error as e: return str(e)
            raise AssertionError('nothing was raised')
        def say(line):
            sys.stdout.write(line + '\\n'); sys.stdout.flush()

        """

    private func check(_ script: String, _ python: PythonInterpreter) async throws {
        try await withRobustServer { server in
            let said = try await python.run(Self.opening + script + "\nsay('done')", [String(server.port)])
            #expect(said.output == "done\n")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `Python's own proxies use robust locks as they use any`(_ python: PythonInterpreter) async throws {
        try await check("""
            lock, rlock, semaphore = m.Lock(), m.RLock(), m.BoundedSemaphore(2)
            with lock: assert not lock.acquire(False)
            assert lock.acquire() is True and lock.release() is None
            assert raised(RuntimeError, lock.release) == 'release unlocked lock'
            with rlock:
                with rlock: pass
            with semaphore:
                with semaphore: assert semaphore.acquire(False) is False
            if not python2:
                lock.acquire(); assert not lock.acquire(True, 0.01) and not lock.acquire(timeout=0.01) if sys.version_info >= (3, 2) else True
                lock.release()
            others = []
            def other():
                others.append(lock.acquire(False)); others.append(raised(RuntimeError, lock.release))
            with lock:
                thread = threading.Thread(target=other); thread.start(); thread.join()
            assert others == [False, 'cannot release a robust lock that another session holds'], others
            assert 'Lock' in str(lock) and 'free' in str(lock)
            """, python)
    }

    @Test(arguments: PythonInterpreter.all)
    func `An AutoProxy tells the token and whether the lock was abandoned`(_ python: PythonInterpreter) async throws {
        try await check("""
            lock = auto.Lock()
            assert raised(RuntimeError, lock.fencing_token) == 'this session has not acquired the lock'
            assert lock.acquire() is True
            first = lock.fencing_token()
            assert first > 10 ** 15 and lock.was_abandoned() is False and lock.locked()
            lock.release()
            token, abandoned = lock.acquire_fenced(timeout=5)
            assert token > first and abandoned is False and lock.fencing_token() == token
            assert lock.acquire_fenced(False) is None
            lock.release()
            again, _ = auto.RobustLock().acquire_fenced()
            assert again > token
            accounts = auto.accounts()
            accounts.update({'a': 1}, __fencing_token__=again)
            assert accounts.get('a', __fencing_token__=again) == 1
            message = raised(RuntimeError, lambda: accounts.update({'a': 2}, __fencing_token__=token))
            assert message == 'stale fencing token %d: the object has seen %d' % (token, again), message
            d = m.dict()
            d._callmethod('__setitem__', ('k', 1), {'__fencing_token__': again})
            raised(RuntimeError, lambda: d._callmethod('__setitem__', ('k', 2), {'__fencing_token__': first}))
            assert d.copy() == {'k': 1} and accounts.get('a') == 1
            """, python)
    }

    @Test(arguments: PythonInterpreter.all)
    func `A Python holder that is killed with kill -9 releases, and the next is told`(_ python: PythonInterpreter) async throws {
        try await withRobustServer { server in
            let holder = try python.start(Self.opening + """
                lock = auto.accounts_lock(); lock.acquire(); say('held %d' % lock.fencing_token()); sys.stdin.readline()
                """, [String(server.port)])
            let token = try #require(await holder.nextLine()?.split(separator: " ").last.flatMap { Int($0) })
            let waiter = try python.start(Self.opening + """
                lock = auto.accounts_lock(); assert not lock.acquire(False)
                say('waits'); assert lock.acquire() is True
                say('%s %d' % (lock.was_abandoned(), lock.fencing_token())); lock.release(); lock.acquire(); say(str(lock.was_abandoned()))
                """, [String(server.port)])
            #expect(await waiter.nextLine() == "waits")
            holder.kill()
            let told = try #require(await waiter.nextLine()).split(separator: " ")
            #expect(told[0] == "True")
            #expect(try #require(Int(told[1])) > token)
            #expect(await waiter.nextLine() == "False")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `Python's own proxy uses a robust condition as any`(_ python: PythonInterpreter) async throws {
        try await check("""
            condition, numbers = m.Condition(), m.list()
            def take():
                with condition:
                    while not len(numbers): condition.wait()
                    numbers.append(numbers.pop() + 1)
                    condition.notify_all()
            thread = threading.Thread(target=take); thread.start()
            with condition:
                with condition: numbers.append(1)
                condition.notify()
                while numbers[0] != 2: condition.wait()
            thread.join()
            assert raised(RuntimeError, condition.notify) == 'cannot notify on un-acquired lock'
            with condition: assert not condition.wait(0.01)
            assert condition.acquire() is True and condition.release() is None
            assert condition._callmethod('locked') is False
            """, python)
    }

    @Test(arguments: PythonInterpreter.all)
    func `A Python holder of a condition that is killed with kill -9 releases it, and one that waits for a notification goes on`(
        _ python: PythonInterpreter
    ) async throws {
        try await withRobustServer { server in
            let waiter = try python.start(Self.opening + """
                c = auto.condition(); c.acquire(); first = c.fencing_token(); say('waits'); c.wait()
                say('%s %s' % (c.was_abandoned(), c.fencing_token() > first)); c.release(); c.acquire(); say(str(c.was_abandoned()))
                """, [String(server.port)])
            #expect(await waiter.nextLine() == "waits")
            // Another that waits, and is killed: it takes no notification.
            let gone = try python.start(Self.opening + "c = auto.condition(); c.acquire(); say('waits'); c.wait()", [String(server.port)])
            #expect(await gone.nextLine() == "waits")
            let peer = try RawPeer.session(server)
            let condition = try RawPeer.create(server, "condition")
            func waiting(_ count: Int) throws -> Bool {
                guard case .string(let text) = try peer.request(condition, "__repr__").result else { return false }
                return text.hasSuffix("free, at 0x\(condition)>, \(count))>")
            }
            try await waitUntil { try waiting(2) }
            gone.kill()
            try await waitUntil { try waiting(1) }
            let holder = try python.start(
                Self.opening + "c = auto.condition(); c.acquire(); c.notify(); say('held'); sys.stdin.readline()", [String(server.port)])
            #expect(await holder.nextLine() == "held")
            holder.kill()
            #expect(await waiter.nextLine() == "True True")
            #expect(await waiter.nextLine() == "False")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `Two Python threads that take two locks in opposite orders get an error, not a deadlock`(_ python: PythonInterpreter) async throws {
        try await check("""
            import time
            first, second = m.Lock(), m.Lock()
            both, errors = threading.Event(), []
            def take(outer, inner, mine, theirs):
                with outer:
                    mine.set(); theirs.wait()
                    try:
                        with inner: pass
                    except RuntimeError as e: errors.append(str(e))
            one, two = threading.Event(), threading.Event()
            threads = [threading.Thread(target=take, args=a) for a in [(first, second, one, two), (second, first, two, one)]]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            assert len(errors) == 1 and errors[0].startswith('deadlock: Lock '), errors
            assert errors[0].count('is held by session') == 2 and errors[0].endswith('whose holder makes this call'), errors
            first.acquire()
            assert raised(RuntimeError, first.acquire).startswith('deadlock: Lock ')
            """, python)
    }

    @Test(arguments: PythonInterpreter.all)
    func `Without the option a lock is a signal that anyone gives`(_ python: PythonInterpreter) async throws {
        let script = Self.opening + """
            lock = m.Lock(); lock.acquire()
            def signal(): lock.release()
            thread = threading.Thread(target=signal); thread.start()
            lock.acquire(); thread.join()
            semaphore = m.Semaphore(0); semaphore.release(); assert semaphore.acquire(False)
            assert auto.Lock()._exposed_ == ('acquire', 'locked', 'release')
            say('done')
            """
        try await withServer { server in
            let said = try await python.run(script, [String(server.port)]).output
            #expect(said == "done\n")
        }
    }
}

// MARK: - Peers

extension RobustLockClientTests {
    @Test func `The holders are listed with their sessions, times and tokens`() async throws {
        try await withRobustServer { server in
            let (plain, robust) = (try RawPeer.create(server, "plain_lock"), try RawPeer.create(server, "Lock"))
            #expect(try RawPeer.call(server, "holders").result == [:])
            let peer = try RawPeer.session(server)
            _ = try peer.request(plain, "acquire")
            _ = try peer.request(robust, "acquire")
            guard case .dictionary(let entries) = try peer.request(nil, "holders").result else { Issue.record("no dictionary"); return }
            #expect(Set(entries.compactMap { $0.key.text }) == [plain, robust])
            for (key, value) in entries {
                guard case .list(let holders) = value, holders.count == 1, case .tuple(let parts) = holders[0], parts.count == 3 else {
                    Issue.record("\(value)")
                    return
                }
                guard case .int(let session) = parts[0], case .float(let seconds) = parts[1] else { Issue.record("\(parts)"); return }
                #expect(session > 0 && seconds >= 0 && seconds < 60)
                #expect((parts[2] == .none) == (key.text == plain))
            }
            _ = try peer.request(robust, "release")
            _ = try peer.request(plain, "release")
            #expect(try RawPeer.call(server, "holders").result == [:])
        }
    }

    @Test func `What a session has released is not kept for its sake`() async throws {
        try await withRobustServer { server in
            let peer = try RawPeer.session(server)
            for _ in 0..<20 {
                let lock = try RawPeer.create(server, "Lock")
                #expect(try peer.request(lock, "acquire").result == true)
                #expect(try peer.request(lock, "release").kind == "#RETURN")
                _ = try RawPeer.call(server, "decref", .string(lock))
            }
            // Its number tells how many there were, and the table how many there are.
            let lock = try RawPeer.create(server, "Lock")
            guard case .string(let text) = try peer.request(lock, "__repr__").result else { Issue.record("no text"); return }
            #expect(text.hasPrefix("<robust Lock 21, free"))
        }
    }

    @Test func `In a multiplexed session a lock that it holds already is waited for, since another of its calls may release it`() async throws {
        try await withRobustServer { server in
            let lock = try RawPeer.create(server, "Lock")
            let peer = try MultiplexedPeer(server)
            try peer.request(1, lock, "acquire")
            #expect(try peer.reply().parts.result == true)
            try peer.request(2, lock, "acquire")
            try peer.request(3, lock, "release")
            let replies = try [peer.reply(), peer.reply()]
            #expect(Set(replies.map(\.number)) == [2, 3])
            #expect(try replies.allSatisfy { try $0.parts.kind == "#RETURN" })
            let other = try RawPeer.session(server)
            #expect(try other.request(lock, "acquire", false).result == false)
        }
    }

    @Test func `A closed connection releases what a multiplexed session held`() async throws {
        try await withRobustServer { server in
            let lock = try RawPeer.create(server, "Lock")
            let other = try RawPeer.session(server)
            do {
                let peer = try MultiplexedPeer(server)
                try peer.request(1, lock, "acquire")
                _ = try peer.reply()
                #expect(try other.request(lock, "acquire", false).result == false)
            }
            #expect(try other.request(lock, "acquire").result == true)
            #expect(try other.request(lock, "was_abandoned").result == true)
        }
    }
}
