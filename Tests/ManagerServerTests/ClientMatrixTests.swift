import Foundation
import ManagerConnection
import ManagerServer
import TestSupport
import Testing

/// Every Python that is found, over every kind of address, with the right key and with a wrong one.
@Suite(.timeLimit(.minutes(3))) struct ClientMatrixTests {
    /// For each address (`host port`, or a path, in which `@` stands for the NUL of an abstract name): what becomes of a client with
    /// the right key, and of one with a wrong one.
    private static let script = """
        import sys
        from multiprocessing import AuthenticationError
        from multiprocessing.managers import SyncManager
        try: import queue
        except ImportError: import Queue as queue

        def address(text):
            if ' ' in text: return (text.split()[0], int(text.split()[1]))
            return text.replace('@', chr(0))

        def use(manager):
            manager.connect()
            d, l, q, lock = manager.dict(), manager.list([3, 1, 2]), manager.Queue(), manager.Lock()
            d['k'] = [1, (2.5, None)]
            l.sort()
            try: q.get_nowait()
            except queue.Empty: pass
            with lock: q.put(u'\\xe9')
            return d['k'] == [1, (2.5, None)] and l[:] == [1, 2, 3] and q.get() == u'\\xe9'

        for text in sys.argv[1:]:
            print('served' if use(SyncManager(address(text), b'abc')) else 'wrong answers')
            try: use(SyncManager(address(text), b'wrong'))
            except AuthenticationError: print('refused')
        """

    @Test(arguments: PythonInterpreter.all + PythonInterpreter.pypy)
    func `A client is served if it has the key, and refused if not`(_ python: PythonInterpreter) async throws {
        let name = "multiprocessing-\(UUID().uuidString)"
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(name.suffix(12))").path
        try await withServer { tcp in
            try await withServer(configure: { $0.address = .unix(path) }) { _ in
                try await withServer(configure: { $0.address = .abstract(name: name) }) { _ in
                    var places = ["127.0.0.1 \(tcp.port)", path]
                    if python.isAtLeast(3, 7) { places.append("@\(name)") }
                    let said = try await python.run(Self.script, places).lines
                    #expect(said == places.flatMap { _ in ["served", "refused"] })
                }
            }
        }
    }

    /// Milliseconds that it takes to create and to drop an object: the fastest, and the median.
    private static let stopwatch = """
        import sys, time
        from multiprocessing.managers import SyncManager
        m = SyncManager(('127.0.0.1', int(sys.argv[1])), b'abc')
        m.connect()
        def once():
            start = time.time()
            l = m.list()
            del l
            return 1000 * (time.time() - start)
        times = sorted(once() for _ in range(50))
        print(times[0])
        print(times[25])
        """

    /// CPython's server takes about 176 ms. A single acknowledgement that the system delays takes 40 ms.
    @Test(arguments: PythonInterpreter.all.suffix(1))
    func `An object is created and dropped over TCP without a delayed acknowledgement`(_ python: PythonInterpreter) async throws {
        try await withServer { server in
            let times = try await python.run(Self.stopwatch, [String(server.port)]).lines.compactMap { Double($0) }
            try #require(times.count == 2)
            print("\(python) creates and drops an object over TCP in \(times[1]) ms (median), \(times[0]) ms (fastest)")
            #expect(times[0] < 30)
        }
    }
}
