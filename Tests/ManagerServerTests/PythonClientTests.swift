import Foundation
import ManagerServer
import TestSupport
import Testing

/// Unmodified Python programs, of every version that is found, against this server.
struct PythonClientTests {
    /// The seed's worker, as the user wrote it, but for the address and the second that each task takes. Python 2.7 calls the module `Queue`.
    static let worker = """
        import time, sys
        try: import queue
        except ImportError: import Queue as queue
        from multiprocessing.managers import BaseManager

        class QueueManager(BaseManager): pass

        QueueManager.register('get_task')
        QueueManager.register('get_result')
        server_addr = '127.0.0.1'
        print('Connect to server %s...' % server_addr)
        m = QueueManager(address=(server_addr, int(sys.argv[1])), authkey=b'abc')
        m.connect()
        task = m.get_task()
        result = m.get_result()

        for value in range(10):
            try:
                n = task.get(timeout=1)
                print('run task %d * %d...' % (n, n))
                r = '%d * %d = %d' % (n , n, n*n)
                result.put(r)
            except queue.Empty:
                print('task queue is empty')

        print('worker exit.')
        """

    /// The client part of the seed's server script.
    static let master = """
        import random, sys
        try: import queue
        except ImportError: import Queue as queue
        from multiprocessing.managers import BaseManager

        class QueueManager(BaseManager): pass
        QueueManager.register('get_task')
        QueueManager.register('get_result')
        manager = QueueManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
        manager.connect()
        task = manager.get_task()
        result = manager.get_result()
        for value in range(10):
            n = random.randint(0,100)
            print('Put task %d' % n)
            task.put(n)
        print('Try get result...')
        try:
            for value in range(10):
                r = result.get(timeout=10)
                print('Result: %s' % r)
        except queue.Empty:
            print('result is empty')
        print('master exit.')
        """

    @Test(arguments: PythonInterpreter.all)
    func `The seed's master and worker do their work`(_ python: PythonInterpreter) async throws {
        try await withServer { server in
            let port = String(server.port)
            async let master = python.run(Self.master, [port]).output
            async let worker = python.run(Self.worker, [port]).output
            let (said, worked) = try await (master, worker)
            let results = said.split(separator: "\n").filter { $0.hasPrefix("Result: ") }
            #expect(results.count == 10)
            for result in results {
                let numbers = result.split { !$0.isNumber }.compactMap { Int($0) }
                #expect(numbers.count == 3 && numbers[0] * numbers[1] == numbers[2])
            }
            #expect(said.hasSuffix("master exit.\n"))
            #expect(worked.hasSuffix("worker exit.\n"))
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `The types of SyncManager that are built answer as CPython's do`(_ python: PythonInterpreter) async throws {
        let script = """
            from __future__ import print_function
            import sys
            from multiprocessing.managers import SyncManager
            try: import queue
            except ImportError: import Queue as queue
            m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
            m.connect()
            d = m.dict(); d[1] = '1'; d['2'] = 2; d[0.25] = None
            assert str(d) == "{1: '1', '2': 2, 0.25: None}", str(d)
            assert len(d) == 3 and True in d and d.copy() == {1: '1', '2': 2, 0.25: None}
            for v in [(), (1,), (1, 2, 3, 4), ((1, 2, 3, 4), 5, 6, 7), frozenset([1, 2]), [(1, 2, 3, 4)], {'a': (1, 2, 3, 4)}]:
                d['k'] = v; assert d['k'] == v and type(d['k']) is type(v), (v, d['k'])
            del d['k']; d[(1, 2, 3, 4)] = 'key'; assert d[(1, 2, 3, 4)] == 'key'
            try: d['nope']
            except KeyError as e: assert e.args == ('nope',)
            else: assert False
            l = m.list(range(10)); l.reverse()
            assert l[:] == list(range(9, -1, -1)) and l[2:4] == [7, 6] and l[-1] == 0
            l.sort(); l += [10]; l[0:2] = ['a']; del l[0]
            assert l[:] == list(range(2, 11)), l[:]
            q = m.Queue(2); q.put(('x', 1)); q.put([1, {'k': (None, 2.5)}])
            assert q.full() and q.get() == ('x', 1) and q.get() == [1, {'k': (None, 2.5)}] and q.empty()
            try: q.get(timeout=0.01)
            except queue.Empty: pass
            else: assert False
            ns = m.Namespace(a=1); ns.b = 'x'; del ns.a
            assert ns.b == 'x' and not hasattr(ns, 'a') and str(ns) == "Namespace(b='x')"
            v = m.Value('i', 5); v.value = 7
            assert v.value == 7
            lock = m.Lock()
            with lock: assert not lock.acquire(False)
            e = m.Event()
            assert not e.wait(0.01); e.set(); assert e.wait() and e.is_set()
            print('ok')
            """
        try await withServer { server in
            let said = try await python.run(script, [String(server.port)]).output
            #expect(said == "ok\n")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `A wrong key is an AuthenticationError`(_ python: PythonInterpreter) async throws {
        let script = """
            import sys
            from multiprocessing import AuthenticationError
            from multiprocessing.managers import BaseManager
            try: BaseManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'wrong').connect()
            except AuthenticationError: sys.stdout.write('refused')
            """
        try await withServer { server in
            let said = try await python.run(script, [String(server.port)]).output
            #expect(said == "refused")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `The functions of the server answer as CPython's do`(_ python: PythonInterpreter) async throws {
        let script = """
            import sys
            from multiprocessing.managers import SyncManager, RemoteError, dispatch
            m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
            m.connect()
            def call(function, *arguments):
                connection = m._Client(m.address, authkey=b'abc')
                try: return dispatch(connection, None, function, arguments)
                finally: connection.close()
            def references(proxy):
                return [line.split('refcount=')[1].strip() for line in m._debug_info().splitlines() if proxy._token.id in line]
            l = m.list([5])
            assert call('dummy') is None and call('number_of_objects') == 1
            assert '[5]' in m._debug_info() and references(l) == ['1']
            call('incref', l._token.id); assert references(l) == ['2']
            call('decref', l._token.id); assert references(l) == ['1']
            assert set(['append', '__getitem__']) <= set(call('get_methods', l._token))
            identifier, exposed = call('create', 'dict', {'a': 1})
            assert call('number_of_objects') == 2 and 'setdefault' in exposed
            call('decref', identifier); assert call('number_of_objects') == 1
            for wrong in [('incref', 'nope'), ('nope',), ('create', 'nope')]:
                try: call(*wrong)
                except RemoteError as error: assert 'nope' in str(error)
                else: assert False, wrong
            assert set(['lease', 'multiplexed', 'server_info']) <= set(call('extensions'))
            sys.stdout.write('ok')
            """
        try await withServer { server in
            let said = try await python.run(script, [String(server.port)]).output
            #expect(said == "ok")
        }
    }

    @Test func `A pickle that would run something when Python reads it runs nothing here`() async throws {
        let python = try #require(PythonInterpreter.newest)
        let marker = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        let script = """
            import sys, os
            from multiprocessing.managers import SyncManager
            class Evil(object):
                def __reduce__(self): return (os.system, ('touch ' + sys.argv[2],))
            m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
            m.connect()
            l = m.list(); l.append(Evil()); d = m.dict(); d['k'] = Evil()
            str(l); str(d); l.count(1); l.reverse()
            print(len(l), len(d))
            """
        try await withServer { server in
            let said = try await python.run(script, [String(server.port), marker]).output
            #expect(said == "1 1\n")
            #expect(!FileManager.default.fileExists(atPath: marker))
        }
    }
}
