import Multiprocessing
import TestSupport
import Testing

/// Types of any kind on a server, used by Python programs of every version.
@Suite(.timeLimit(.minutes(2))) struct UserTypesPythonTests {
    private static let head = """
        import sys
        from multiprocessing.managers import BaseManager

        class Manager(BaseManager): pass
        for name in ['Maths', 'get_counter', 'new_counter', 'get_gate']: Manager.register(name)
        Manager.register('Counter', create_method=False)
        manager = Manager(('127.0.0.1', int(sys.argv[1])), b'abc')
        manager.connect()

        def raised(function, *arguments, **keywords):
            try: function(*arguments, **keywords)
            except Exception as error: return '%s: %s' % (type(error).__name__, error)
            return 'nothing'


        """

    private func lines(_ python: PythonInterpreter, _ script: String) async throws -> [String] {
        var lines: [String] = []
        try await withUserTypes { server in
            lines = try await python.run(Self.head + script, [server.port]).output.split(separator: "\n").map(String.init)
        }
        return lines
    }

    @Test(arguments: PythonInterpreter.all)
    func `A Python program uses a Swift class by name`(_ python: PythonInterpreter) async throws {
        let lines = try await lines(python, """
            maths = manager.Maths(100)
            sys.stdout.write('%d\\n' % maths.add(4, 3))
            sys.stdout.write('%d\\n' % maths.add(4, b=3))
            sys.stdout.write('%r\\n' % maths.mean([1, 2.0]))
            sys.stdout.write('%s\\n' % maths)
            sys.stdout.write('%d\\n' % manager.Maths().add(1, 2))
            counter = maths.counter(40)
            sys.stdout.write('%d %d\\n' % (counter.advance(2), counter.value()))
            sys.stdout.write('%r\\n' % (counter._getvalue() == {'value': 42}))
            sys.stdout.write('%s\\n' % maths.nobody())
            sys.stdout.write('%d %d\\n' % (manager.get_counter().advance(1), manager.get_counter().advance(1)))
            sys.stdout.write('%d %d\\n' % (manager.new_counter().advance(1), manager.new_counter().advance(1)))
            sys.stdout.write('%s\\n' % (str(manager.get_gate())[:16]))
            sys.stdout.write('%s\\n' % ' '.join(sorted(name for name in dir(maths) if name[0] != '_')))
            """)
        #expect(lines == [
            "107", "107", "1.5", "Maths on 100", "3", "42 42", "True", "None", "1 2", "1 1", "<Gate object at ", "add counter fail mean nobody",
        ])
    }

    @Test(arguments: PythonInterpreter.all)
    func `Wrong arguments and thrown errors are Python's exceptions`(_ python: PythonInterpreter) async throws {
        let lines = try await lines(python, """
            maths = manager.Maths()
            for text in [
                raised(maths.add, 1), raised(maths.add, 1, '2'), raised(maths.add, 1, c=2), raised(maths.mean), raised(maths.mean, None),
                raised(maths.mean, [1, 'x']), raised(maths.mean, []), raised(maths.fail), raised(maths._callmethod, 'init').split(':')[0],
            ]: sys.stdout.write(text + '\\n')
            """)
        let isOld = !python.isAtLeast(3, 0)
        // By its protocol, 3.8 and later are taken for 3.11 or 3.13.
        let (add, mean) = python.isAtLeast(3, 8) ? ("Maths.add", "Maths.mean") : ("add", "mean")
        #expect(lines == [
            isOld ? "TypeError: add() takes exactly 3 arguments (2 given)" : "TypeError: \(add)() missing 1 required positional argument: 'b'",
            "TypeError: add() argument 'b' must be int, not str",
            "TypeError: \(add)() got an unexpected keyword argument 'c'",
            "TypeError: \(mean)() takes exactly one argument (0 given)",
            "TypeError: mean() argument 1 must be list, not None",
            "TypeError: mean() argument 1: [1]: expected Double, found str\(isOld ? "" : " 'x'")",
            "ValueError: no numbers", "RuntimeError: Unlucky(number: 13)", "RemoteError",
        ])
    }

    @Test(arguments: PythonInterpreter.all)
    func `A Python program waits in a Swift actor until another opens it`(_ python: PythonInterpreter) async throws {
        let lines = try await lines(python, """
            import threading
            results = []
            threads = [threading.Thread(target=lambda: results.append(manager.get_gate().enter())) for _ in range(3)]
            for thread in threads: thread.start()
            gate = manager.get_gate()
            while gate.waiting() < 3: pass
            opened = gate.open()
            for thread in threads: thread.join()
            sys.stdout.write('%d %r\\n' % (opened, results))
            """)
        #expect(lines == ["3 [True, True, True]"])
    }

    @Test(arguments: PythonInterpreter.all)
    func `Eight threads of a Python program change one struct and lose nothing`(_ python: PythonInterpreter) async throws {
        let lines = try await lines(python, """
            import threading
            def work():
                counter = manager.get_counter()
                for _ in range(50): counter.advance(1)
            threads = [threading.Thread(target=work) for _ in range(8)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            sys.stdout.write('%d\\n' % manager.get_counter().value())
            """)
        #expect(lines == ["400"])
    }
}
