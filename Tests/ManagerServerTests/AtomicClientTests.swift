import ManagerServer
import TestSupport
import Testing

/// What this server has beyond CPython's, as unmodified Python programs of every version use it.
struct AtomicClientTests {
    private static let opening = """
        import sys
        from multiprocessing.managers import SyncManager, BaseManager, BaseProxy
        python2 = sys.version_info[0] == 2
        m = SyncManager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
        m.connect()
        def call(proxy, method, *arguments, **keywords): return proxy._callmethod(method, arguments, keywords)
        def raised(error, *arguments):
            try: call(*arguments)
            except error as e: return str(e)
            raise AssertionError('nothing was raised')

        """

    private func check(_ script: String, _ python: PythonInterpreter) async throws {
        try await withServer { server in
            let said = try await python.run(Self.opening + script + "\nsys.stdout.write('done')", [String(server.port)])
            #expect(said.output == "done")
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `Python programs add, exchange and compare in one step`(_ python: PythonInterpreter) async throws {
        try await check("""
            d = m.dict(a=1)
            assert call(d, 'increment', 'a') == 2 and call(d, 'increment', 'n', 0.5) == 0.5 and call(d, 'increment', 'a', 2 ** 70) == 2 ** 70 + 2
            assert call(d, 'exchange', 'a', 'x') == 2 ** 70 + 2 and call(d, 'exchange', 'b', 1) is None and call(d, 'exchange', 'c', 1, 'none') == 'none'
            assert call(d, 'compare_and_set', 'b', 1.0, [1]) is True and call(d, 'compare_and_set', 'b', 1, 2) is False
            assert call(d, 'compare_and_set', 'new', new=5) and not call(d, 'compare_and_set', 'new', new=6) and call(d, 'compare_and_set', 'new', 5)
            assert call(d, 'get_many', ['b', 'nope', 'a']) == {'b': [1], 'a': 'x'}
            expected = "cannot concatenate 'str' and 'int' objects" if python2 else 'must be str, not int' if sys.version_info < (3, 7) else 'can only concatenate str (not "int") to str'
            # The server takes a Python 3.6 for a 3.7.
            assert raised(TypeError, d, 'increment', 'a') in (expected, 'can only concatenate str (not "int") to str')
            call(d, 'replace_all', {'z': 1}); assert d.copy() == {'z': 1}
            l = m.list([1, 2])
            assert call(l, 'increment', -1, 3) == 5 and call(l, 'exchange', 0, 'x') == 1 and call(l, 'compare_and_set', 0, 'x', 'y')
            assert l[:] == ['y', 5] and raised(IndexError, l, 'increment', 2) == 'list index out of range'
            a = m.Array('i', [1, 2])
            assert call(a, 'increment', 0) == 2 and call(a, 'exchange', 1, 7) == 2 and call(a, 'compare_and_set', 1, 7, 8)
            call(a, 'replace_all', [5, 6, 7]); assert list(a[:]) == [5, 6, 7]
            v = m.Value('i', 1)
            assert call(v, 'increment', 4) == 5 and call(v, 'exchange', 0) == 5 and call(v, 'compare_and_set', 0, 9) and v.value == 9
            ns = m.Namespace(x=1)
            assert call(ns, 'increment', 'x') == 2 and call(ns, 'exchange', 'y', 3) is None and call(ns, 'compare_and_set', 'y', 3)
            call(ns, 'update', z=1); assert ns.z == 1 and ns.x == 2 and not hasattr(ns, 'y')
            """, python)
    }

    @Test(arguments: PythonInterpreter.all)
    func `An AutoProxy has them as methods, and none of them hides one of its own`(_ python: PythonInterpreter) async throws {
        try await check("""
            class Manager(BaseManager): pass
            made = {'dict': ((), dict), 'list': ((), list), 'Value': (('i', 1), None), 'Queue': ((), None), 'set': ((), set)}
            for name in made: Manager.register(name)
            b = Manager(address=('127.0.0.1', int(sys.argv[1])), authkey=b'abc')
            b.connect()
            for name, (arguments, type_) in made.items():
                proxy = getattr(b, name)(*arguments)
                exposed = set(proxy._exposed_)
                if type_: assert not (exposed - set(dir(type_)) - set(['has_key', 'clear', 'copy'])) & set(dir(BaseProxy)), name
            d = b.dict(); assert d.increment('n', by=3) == 3 and d.get('n') == 3
            s = b.set(); assert s.add_if_absent(1) and not s.add_if_absent(1); s.replace_all([2]); assert s.copy() == set([2])
            """, python)
    }

    @Test(arguments: PythonInterpreter.python3)
    func `A proxy that is assigned to a slice stands for what it holds, to an index for itself`(_ python: PythonInterpreter) async throws {
        try await check("""
            import multiprocessing
            multiprocessing.current_process().authkey = b'abc'
            a, b = m.list([1, 2, 3]), m.list(['x', 'y'])
            a[1:2] = b; assert a[:] == [1, 'x', 'y', 3]
            a[0:0] = a; assert a[:] == [1, 'x', 'y', 3] * 2
            a[0] = b; assert a[0][:] == ['x', 'y']
            a[:] = m.dict(k=1); assert a[:] == ['k']
            """, python)
    }
}
