import ManagedObjects
import ManagerServer
import Pickle
import TestSupport
import Testing

/// Work queues, and joinable queues that deliver again, as unmodified Python programs of every version use them; some of which are killed.
@Suite(.timeLimit(.minutes(2))) struct WorkQueueClientTests {
    private static let opening = """
        from __future__ import print_function
        import sys, time
        from multiprocessing.managers import BaseManager
        try: import queue
        except ImportError: import Queue as queue
        class Manager(BaseManager): pass
        for name in ['WorkQueue', 'work', 'jobs']: Manager.register(name)
        m = Manager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
        m.connect()
        def raised(error, function, *arguments, **keywords):
            try: function(*arguments, **keywords)
            except error as e: return str(e)
            raise AssertionError('nothing was raised')

        """

    private func withWork(_ options: ManagedWorkQueue.Options = .init(), _ body: (ManagerServer) async throws -> Void) async throws {
        try await withServer(register: { registry in
            registry.register("work", shared: ManagedWorkQueue(options))
            registry.register("jobs", shared: ManagedQueue(redelivers: true))
        }, body)
    }

    private func run(_ python: PythonInterpreter, _ server: ManagerServer, _ script: String) async throws -> String {
        try await python.run(Self.opening + script, [String(server.port)]).output
    }

    @Test(arguments: PythonInterpreter.all)
    func `An AutoProxy has all methods of a work queue`(_ python: PythonInterpreter) async throws {
        try await withServer { server in
            let said = try await run(python, server, """
                q = m.WorkQueue(maxsize=4, max_deliveries=2, unique_window=600)
                assert q.put('a') is True and q.put('b', priority=5) is True and q.put('c', delay=600, key='k') is True
                assert q.put('c', key='k') is False and q.peek(5) == ['b', 'a'] and q.qsize() == 2 and not q.full() and not q.empty()
                assert q.counts() == {'ready': 2, 'leased': 0, 'delayed': 1, 'dead': 0}
                raised(queue.Full, q.put_many, ['d', 'e'])
                receipt, item, deliveries = q.lease(timeout=5)
                assert (item, deliveries) == ('b', 1)
                q.ack(receipt)
                assert raised(ValueError, q.ack, receipt) == 'no item is leased to this session under receipt %d' % receipt
                for n in (1, 2):
                    receipt, item, deliveries = q.lease(lease_time=60)
                    assert (item, deliveries) == ('a', n)
                    q.renew(receipt)
                    q.nack(receipt)
                raised(queue.Empty, q.lease, 0)
                raised(queue.Empty, q.lease, timeout=0.01)
                assert q.dead_letters() == [('a', 2)] and q.refill() == 1 and q.dead_letters() == []
                receipt, item, deliveries = q.lease()
                assert (item, deliveries) == ('a', 1)
                q.nack(receipt, delay=0.05)
                receipt, item, deliveries = q.lease(timeout=60)
                assert (item, deliveries) == ('a', 2)
                q.nack(receipt)
                assert q.take_dead_letters(5, True, 60) == [('a', 2)] and q.take_dead_letters() == []
                raised(queue.Empty, q.take_dead_letters, None, True, 0.01)
                raised(TypeError, q.put, 1, key=[])
                q.put(5); assert q.get() == 5; q.put_many([6, 7], priority=1); assert q.get_many(9, timeout=60) == [6, 7]
                q.shutdown(immediate=True); q.join()
                print('done', q)
                """)
            #expect(said.hasPrefix("done <WorkQueue ready=0 leased=0 delayed=0 dead=0 at 0x"))
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `An item whose worker is killed goes to the next, and one that kills each worker is given up`(_ python: PythonInterpreter) async throws {
        var options = ManagedWorkQueue.Options()
        options.maximumDeliveries = 3
        try await withWork(options) { server in
            #expect(try await run(python, server, "m.work().put_many(['poison', 'good'])") == "")
            for delivery in 1...3 {
                let worker = try python.start(Self.opening + "q = m.work(); print(q.lease()[1:]); time.sleep(60)", [String(server.port)])
                #expect(await worker.nextLine() == "('poison', \(delivery))")
                worker.kill()
                // The next one waits until the server has noticed.
                try await waitUntil { try await run(python, server, "print(m.work().counts()['leased'])") == "0\n" }
            }
            let said = try await run(python, server, "q = m.work(); print(q.lease(timeout=60)[1:], q.dead_letters())")
            #expect(said == "('good', 1) [('poison', 3)]\n")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `A worker that waits gets what a killed one had, at once`(_ python: PythonInterpreter) async throws {
        try await withWork { server in
            let port = String(server.port)
            let first = try python.start(Self.opening + "q = m.work(); q.put('x'); print(q.lease()[1:]); time.sleep(60)", [port])
            #expect(await first.nextLine() == "('x', 1)")
            let second = try python.start(Self.opening + "q = m.work(); print('waits'); print(q.lease()[1:])", [port])
            #expect(await second.nextLine() == "waits")
            first.kill()
            #expect(await second.nextLine() == "('x', 2)")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `What a killed client took from a joinable queue and was not done with is delivered again`(_ python: PythonInterpreter) async throws {
        try await withWork { server in
            let port = String(server.port)
            // Each thread has a connection of its own, and one of them has done its work.
            let worker = try python.start(Self.opening + """
                import threading
                q = m.jobs()
                for n in range(4): q.put(n)
                a = q.get(); q.task_done()
                b = q.get()
                def other(): print(a, b, q.get()); time.sleep(60)
                threading.Thread(target=other).start()
                """, [port])
            #expect(await worker.nextLine() == "0 1 2")
            let joiner = try python.start(Self.opening + "q = m.jobs(); print('joins'); q.join(); print('joined')", [port])
            #expect(await joiner.nextLine() == "joins")
            worker.kill()
            let said = try await run(python, server, """
                q = m.jobs()
                taken = []
                for _ in range(3): taken.append(q.get(timeout=60)); q.task_done()
                print(sorted(taken), q.empty())
                raised(ValueError, q.task_done)
                """)
            #expect(said == "[1, 2, 3] True\n")
            #expect(await joiner.nextLine() == "joined")
        }
    }

    @Test func `Without the option a joinable queue is as CPython's`() async throws {
        let python = try #require(PythonInterpreter.newest)
        try await withServer { server in
            let worker = try python.start("""
                import sys, time
                from multiprocessing.managers import BaseManager
                class Manager(BaseManager): pass
                Manager.register('get_task')
                m = Manager(('127.0.0.1', int(sys.argv[1])), b'abc'); m.connect()
                q = m.get_task(); q.put(1); q.put(2); print(q.get()); time.sleep(60)
                """, [String(server.port)])
            #expect(await worker.nextLine() == "1")
            let connections = server.connectionCount
            worker.kill()
            try await waitUntil { server.connectionCount < connections }
            let peer = try RawPeer(port: server.port)
            try peer.authenticate()
            let queue = try RawPeer.create(server, "get_task")
            _ = try peer.request(nil, "accept_connection", "test")
            #expect(try peer.request(queue, "get").result == 2)
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `The registry's option is for the joinable queues that clients make`(_ python: PythonInterpreter) async throws {
        try await withServer(register: { $0.registerQueues(QueueSettings(joinableQueuesRedeliver: true)) }) { server in
            let said = try await python.run("""
                import sys, threading
                from multiprocessing.managers import SyncManager
                m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc'); m.connect()
                taken = []
                for q in (m.JoinableQueue(), m.Queue()):
                    q.put('x')
                    t = threading.Thread(target=lambda: taken.append(q.get())); t.start(); t.join()
                    # The thread's connection has ended with it.
                    try: taken.append(q.get(timeout=60 if len(taken) == 1 else 0.2))
                    except Exception as e: taken.append(type(e).__name__)
                sys.stdout.write(repr(taken))
                """, [String(server.port)]).output
            #expect(said == "['x', 'x', 'x', 'Empty']")
        }
    }
}
