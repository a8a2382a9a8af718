import ManagerServer
import TestSupport
import Testing

/// Proxies inside values, as unmodified Python programs send and read them.
struct NestedProxyTests {
    private static let opening = """
        import sys, gc, multiprocessing, threading
        from multiprocessing.managers import SyncManager
        multiprocessing.current_process().authkey = b'abc'
        m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
        m.connect()
        def objects():
            gc.collect()
            return m._number_of_objects()
        legacy = sys.version_info[0] == 2

        """

    private func check(_ script: String, _ python: PythonInterpreter) async throws {
        try await withServer { server in
            let said = try await python.run(Self.opening + script + "\nsys.stdout.write('done')", [String(server.port)])
            #expect(said.output == "done")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `A proxy in a container is a reference, in Python 2 a value`(_ python: PythonInterpreter) async throws {
        try await check("""
            a = m.list([1, 2]); d = m.dict(); d['a'] = a
            assert objects() == 2
            a.append(3)
            assert d['a'][:] == [1, 2, 3]
            del a
            assert d['a'][:] == [1, 2, 3]
            if not legacy:
                x = d['a']; x.append(4); assert d['a'][:] == [1, 2, 3, 4]; del x
            d.clear()
            assert objects() == 1, objects()
            l = m.list(); l.append(l); del l
            o = m.list([m.list(range(3)) for _ in range(3)])
            assert [i[:] for i in o] == [[0, 1, 2]] * 3
            del o
            assert objects() == 1, objects()
            """, python)
    }

    @Test(arguments: PythonInterpreter.all)
    func `A proxy goes through a queue after its sender has dropped it`(_ python: PythonInterpreter) async throws {
        // Until 3.8 the proxy of a queue itself cannot be rebuilt by a CPython server; it can be here.
        try await check("""
            q = m.Queue(); q.put(m.list([7]))
            gc.collect()
            assert q.get()[:] == [7]
            q.put(m.Queue())
            assert legacy or q.get().qsize() == 0
            """, python)
    }

    @Test(arguments: PythonInterpreter.python3)
    func `Proxies are handed to other processes, forked and spawned`(_ python: PythonInterpreter) async throws {
        try await withServer { server in
            let said = try await python.runFile("""
                import sys, multiprocessing
                from multiprocessing.managers import SyncManager
                def work(d, q, lock):
                    with lock: d['child'] = q.get()
                    d['list'].append(multiprocessing.current_process().name)
                if __name__ == '__main__':
                    multiprocessing.current_process().authkey = b'abc'
                    m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
                    m.connect()
                    for method in ['fork', 'spawn']:
                        d = m.dict(list=m.list()); q = m.Queue(); lock = m.Lock(); q.put(method)
                        context = multiprocessing.get_context(method)
                        p = context.Process(target=work, args=(d, q, lock), name='worker'); p.start(); p.join()
                        assert p.exitcode == 0 and d['child'] == method and d['list'][:] == ['worker'], d
                    sys.stdout.write('done')
                """, [String(server.port)])
            #expect(said.output == "done")
        }
    }
}
