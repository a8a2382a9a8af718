import Foundation
import TestSupport
import Testing

/// The limits of `manager serve`, tried with real processes.
@Suite(.timeLimit(.minutes(3))) struct ServeLimitTests {
    /// Starts a server, runs the body, and sees that the server ends in order.
    private func withServer(_ arguments: [String], _ body: (_ port: String, _ server: TestProgram) async throws -> Void) async throws {
        let server = try ManagerProgram.start(["serve", "--address", "127.0.0.1:0"] + arguments, environment: ["MANAGER_AUTHKEY": "abc"])
        let line = try #require(await server.nextLine())
        try await body(String(line.split(separator: ":").last ?? ""), server)
        server.end()
        #expect(await server.outcome().status == 0)
    }

    private static let connect = """
        import os, sys, time
        from multiprocessing.managers import SyncManager
        from multiprocessing import current_process
        current_process().authkey = b'abc'
        address = ('127.0.0.1', int(sys.argv[1]))
        manager = SyncManager(address, b'abc')
        manager.connect()

        """

    @Test func `A server without room refuses what stores with MemoryError, and goes on once there is room`() async throws {
        let python = try #require(PythonInterpreter.newest)
        try await withServer(["--max-memory", "150M"]) { port, _ in
            let outcome = try await python.run(Self.connect + """
                queue, d = manager.Queue(), manager.dict(k=1)
                value = os.urandom(10 << 20)
                count = 0
                while True:
                    try:
                        queue.put(value)
                        count += 1
                    except MemoryError as error:
                        print(error)
                        break
                    assert count < 100
                assert 5 < count < 16, count
                assert d['k'] == 1 and queue.qsize() == count
                for _ in range(count): assert queue.get() == value
                for _ in range(500):
                    try:
                        queue.put(value)
                        break
                    except MemoryError: time.sleep(0.02)
                else: sys.exit('there is no room again')
                print(queue.get() == value)
                """, [port])
            #expect(outcome.lines.first?.contains("no room for more: it may use 150 MiB") == true)
            #expect(outcome.lines.dropFirst() == ["True"])
        }
    }

    @Test func `What is still arriving counts: when there is no room for it, its call raises MemoryError, and no byte of it is kept`() async throws {
        let python = try #require(PythonInterpreter.newest)
        try await withServer(["--max-memory", "150M"]) { port, server in
            let outcome = try await python.run(Self.connect + """
                import pickle, struct, threading
                from multiprocessing.connection import Client
                queue, d = manager.Queue(), manager.dict(k=1)
                size = 20 << 20
                requests = [pickle.dumps((queue._id, 'put', (bytes([number]) * size,), {})) for number in range(30)]
                clients = []
                for request in requests:
                    client = Client(address, authkey=b'abc')
                    client.send((None, 'accept_connection', ('c',), {}))
                    assert client.recv() == ('#RETURN', None)
                    clients.append(client)
                def send(client, data):
                    while data: data = data[os.write(client.fileno(), data):]
                # Nine tenths of each, 540 MB in all.
                cut = size // 10 * 9
                for client, request in zip(clients, requests):
                    send(client, struct.pack('!i', len(request)))
                    send(client, memoryview(request)[:cut])
                assert d['k'] == 1
                for client, request in zip(clients, requests): send(client, memoryview(request)[cut:])
                answers = [client.recv() for client in clients]
                stored = [number for number, (kind, result) in enumerate(answers) if kind == '#RETURN']
                refused = [result for kind, result in answers if kind == '#ERROR']
                assert len(stored) + len(refused) == 30 and 0 < len(stored) < 8, (stored, refused)
                assert all(isinstance(error, MemoryError) for error in refused), refused
                with open('/proc/%s/status' % sys.argv[2]) as status:
                    peak = [int(line.split()[1]) for line in status if line.startswith('VmHWM')][0]
                assert peak < 200 << 10, 'it took %d KB' % peak
                # The refused session goes on, and what was stored is whole.
                clients[-1].send((queue._id, 'qsize', (), {}))
                assert clients[-1].recv() == ('#RETURN', len(stored))
                values = [queue.get() for _ in stored]
                assert sorted(value[0] for value in values) == stored and all(value == value[:1] * size for value in values)
                print('stored as a whole, or not at all')
                """, [port, "\(server.pid)"])
            #expect(outcome.lines == ["stored as a whole, or not at all"])
        }
    }

    @Test func `Thousands that come and go, or never authenticate, leave nothing behind`() async throws {
        let python = try #require(PythonInterpreter.newest)
        try await withServer(["--handshake-timeout", "1"]) { port, server in
            let outcome = try await python.run(Self.connect + """
                import resource, socket
                pid = sys.argv[2]
                hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
                resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
                half_open = 2000 if hard > 2200 else 500
                files = lambda: len(os.listdir('/proc/%s/fd' % pid))
                def memory():
                    with open('/proc/%s/status' % pid) as status:
                        return [int(line.split()[1]) for line in status if line.startswith('VmRSS')][0]
                def settle(count):
                    for _ in range(1000):
                        if files() <= count: return
                        time.sleep(0.01)
                    sys.exit('%d descriptors, at first %d' % (files(), count))
                def churn(count):
                    for _ in range(count): socket.create_connection(address).close()
                d = manager.dict()
                d['k'] = 1
                before = files()
                churn(2000)
                settle(before)
                first = memory()
                churn(10000)
                strangers = [socket.create_connection(address) for _ in range(half_open)]
                slow = socket.create_connection(address)
                slow.recv(4)
                d['k'] = 2
                assert d['k'] == 2
                # Bytes of a frame, one at a time, for longer than the handshake may take.
                ended = False
                for byte in [0, 0, 0, 40] + [65] * 36:
                    try: slow.send(bytes([byte]))
                    except OSError:
                        ended = True
                        break
                    time.sleep(0.1)
                assert ended, 'a byte at a time kept the connection open'
                settle(before)
                for stranger in strangers: stranger.close()
                del strangers
                churn(2000)
                settle(before)
                assert d['k'] == 2
                grown = memory() - first
                assert grown < 30000, 'memory grew by %d KB' % grown
                print('as before')
                """, [port, "\(server.pid)"])
            #expect(outcome.lines == ["as before"])
        }
    }

    @Test func `Out of descriptors, a server keeps its clients, does not spin, and accepts others once there is room`() async throws {
        try await withFewDescriptors("""
            from multiprocessing.connection import Client
            d = manager.dict(k=1)
            assert d['k'] == 1
            clients = []
            def come():
                for _ in range(150):
                    client = Client(address, authkey=b'abc')
                    client.send((None, 'accept_connection', ('c',), {}))
                    clients.append((client, client.recv()))
            coming = threading.Thread(target=come)
            coming.start()
            while len(clients) <= 40: time.sleep(0.01)
            count = settled(lambda: len(clients))
            # Some descriptors are left over, for what the process itself has to open.
            assert 40 < count < 90 and files() < 90, (count, files())
            start = ticks()
            time.sleep(1)
            used = ticks() - start
            assert used < 0.2 * os.sysconf('SC_CLK_TCK'), '%d ticks in a second' % used
            for number in range(100): d[number] = number
            assert len(d) == 101
            while coming.is_alive():
                while clients: clients.pop()[0].close()
            e = manager.dict(k=1)
            print(e['k'], len(d))
            """, ["1 101"])
    }

    @Test func `Strangers cannot use up the descriptors: who has the key gets in at once`() async throws {
        try await withFewDescriptors("""
            import socket
            strangers = [socket.create_connection(address) for _ in range(200)]
            settled(files)
            d = manager.dict(k=1)
            print(d['k'], len(strangers))
            """, ["1 200"])
    }

    /// Runs a Python program, which knows the server's process, against a server that may have a hundred files open.
    private func withFewDescriptors(_ script: String, _ expected: [String]) async throws {
        let python = try #require(PythonInterpreter.newest)
        let server = try TestProgram(
            "/bin/sh",
            ["-c", "ulimit -n 100; exec \"$@\"", "sh", BuiltProduct.path("manager"), "serve", "--address", "127.0.0.1:0", "--handshake-timeout", "600"],
            environment: ["MANAGER_AUTHKEY": "abc"])
        let line = try #require(await server.nextLine())
        let outcome = try await python.run(Self.connect + """
            import threading
            pid = sys.argv[2]
            files = lambda: len(os.listdir('/proc/%s/fd' % pid))
            def ticks():
                with open('/proc/%s/stat' % pid) as stat: fields = stat.read().rpartition(')')[2].split()
                return int(fields[11]) + int(fields[12])
            def settled(count):
                last = -1
                while count() > last: last = count(); time.sleep(0.5)
                return last

            """ + script, [String(line.split(separator: ":").last ?? ""), "\(server.pid)"])
        #expect(outcome.lines == expected)
        server.end()
        #expect(await server.outcome().status == 0)
    }

    @Test(arguments: PythonInterpreter.all) func `A client that waits is told that the server ends`(_ python: PythonInterpreter) async throws {
        let server = try ManagerProgram.start(["serve", "--address", "127.0.0.1:0"], environment: ["MANAGER_AUTHKEY": "abc"])
        let line = try #require(await server.nextLine())
        let client = try python.start(Self.connect + """
            import threading
            condition = manager.Condition()
            condition.acquire()
            def watch():
                # Only when the other thread waits, which gives it up.
                condition.acquire()
                print('waits')
                condition.release()
            threading.Thread(target=watch).start()
            try: condition.wait()
            except EOFError as error: print(error)
            """, [String(line.split(separator: ":").last ?? "")])
        #expect(await client.nextLine() == "waits")
        server.end()
        #expect(await server.outcome().status == 0)
        #expect(await client.nextLine() == "the manager's server is ending")
        #expect(await client.outcome().status == 0)
    }

    @Test(arguments: [
        ["--max-connections", "0"], ["--max-memory", "much"], ["--reply-timeout", "-1"], ["--grace", "soon"],
    ]) func `A limit that is none is refused with its name`(_ option: [String]) async throws {
        let outcome = try await ManagerProgram.run(["serve", "--address", "127.0.0.1:0"] + option, environment: ["MANAGER_AUTHKEY": "abc"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(option[0]))
    }
}
