import Foundation
import TestSupport
import Testing

/// Workers that are still there, but cannot be reached any more: their network was cut, or they were stopped. Nothing says so to the server.
@Suite(.timeLimit(.minutes(2))) struct CutNetworkTests {
    private static let environment = ["MANAGER_AUTHKEY": "abc", "PYTHONDONTWRITEBYTECODE": "1"]

    /// A Python worker; it says what it has leased.
    private static let worker = connecting + "print(q.lease()[1:]); time.sleep(100)"

    /// It puts what it reads, over a connection that it has by then.
    private static let putter = connecting + "q.put(sys.stdin.readline().strip()); print('put')"

    private static let connecting = """
        import os, sys, time
        from multiprocessing.managers import BaseManager
        class Manager(BaseManager): pass
        Manager.register('work')
        m = Manager((sys.argv[1].split(':')[0], int(sys.argv[1].split(':')[1])), b'abc'); m.connect()
        q = m.work(); q.qsize(); print('waits')

        """

    private func serve(_ network: TestNetwork) async throws -> (TestProgram, address: String) {
        let server = try network.startHere(
            BuiltProduct.path("manager"),
            ["serve", "--address", "\(TestNetwork.here):0", "--peer-timeout", "2", "--register", "work=WorkQueue", "--register", "results=Queue"],
            environment: Self.environment)
        return (server, try await server.listeningAddress())
    }

    @Test func `What a Python worker had on lease whose network was cut goes to another`() async throws {
        guard let network = await TestNetwork.ifPermitted(), let python = PythonInterpreter.newest else { return }
        let (server, address) = try await serve(network)
        let put = try network.startHere(BuiltProduct.path("manager"), ["put", "--address", address, "work", "x"], environment: Self.environment)
        #expect(await put.outcome().status == 0)
        let first = try network.startThere(python.path, ["-u", "-c", Self.worker, address], environment: Self.environment)
        for line in ["waits", "('x', 1)"] { #expect(await first.nextLine() == line) }
        let second = try network.startHere(python.path, ["-u", "-c", Self.worker, address], environment: Self.environment)
        #expect(await second.nextLine() == "waits")
        await network.cut(then: second, says: "('x', 2)")
        for program in [first, second, server] { program.kill() }
    }

    @Test func `What is given to a Python worker that waits, and never arrives since its network was cut, goes to another`() async throws {
        guard let network = await TestNetwork.ifPermitted(), let python = PythonInterpreter.newest else { return }
        let (server, address) = try await serve(network)
        func start(_ start: (String, [String], [String: String]) throws -> TestProgram) async throws -> TestProgram {
            let worker = try start(python.path, ["-u", "-c", Self.worker, address], Self.environment)
            #expect(await worker.nextLine() == "waits")
            return worker
        }
        let first = try await start(network.startThere)
        // It has asked for a lease once it is in the system's `read`, whose number is 0, or 63 on ARM.
        try await waitUntil {
            let call = try String(contentsOfFile: "/proc/\(first.pid)/syscall", encoding: .utf8)
            return call.hasPrefix("0 ") || call.hasPrefix("63 ")
        }
        let putter = try network.startHere(python.path, ["-u", "-c", Self.putter, address], environment: Self.environment)
        #expect(await putter.nextLine() == "waits")
        await network.cut()
        putter.send("x")
        #expect(await putter.nextLine() == "put")
        let second = try await start(network.startHere)
        #expect(await second.nextLine() == "('x', 2)")
        for program in [first, second, putter, server] { program.kill() }
    }

    @Test func `A Python worker that waits, and asks for signs of life as the guide says, is told when its network was cut`() async throws {
        guard let network = await TestNetwork.ifPermitted() else { return }
        let (server, address) = try await serve(network)
        // To end, it would first connect again, to give its proxy back.
        let script = NumberedWork.keepingAlive + Self.connecting + """
            try: q.lease()
            except Exception as error: print(type(error).__name__); os.kill(os.getpid(), 9)
            """
        let workers = try PythonInterpreter.python3.map {
            try network.startThere($0.path, ["-u", "-c", script, address], environment: Self.environment)
        }
        for worker in workers { #expect(await worker.nextLine() == "waits") }
        await network.cut()
        for (python, worker) in zip(PythonInterpreter.python3, workers) {
            #expect(await worker.outcome().output == "TimeoutError\n", "\(python)")
        }
        server.kill()
    }

    @Test func `A worker of manager work whose network was cut is replaced by one elsewhere`() async throws {
        guard let network = await TestNetwork.ifPermitted() else { return }
        let (server, address) = try await serve(network)
        let work = ["work", "--address", address, "--tasks", "work", "--results", "results", "--jobs", "1", "--"]
        // What is run there says so, and is never done.
        let there = try network.startThere(
            BuiltProduct.path("manager"), work + ["sh", "-c", "echo there >&2; sleep 100"], environment: Self.environment)
        let put = try network.startHere(BuiltProduct.path("manager"), ["put", "--address", address, "work", "x"], environment: Self.environment)
        #expect(await put.outcome().status == 0)
        func leased() async throws -> Bool {
            let counts = try network.startHere(BuiltProduct.path("manager"), ["call", "--address", address, "work", "counts"], environment: Self.environment)
            return await counts.outcome().output.contains("'leased': 1")
        }
        try await waitUntil { try await leased() }
        await network.cut()
        let here = try network.startHere(BuiltProduct.path("manager"), work + ["echo", "here"], environment: Self.environment)
        let result = try network.startHere(
            BuiltProduct.path("manager"), ["get", "--address", address, "results", "--json"], environment: Self.environment)
        #expect(await result.nextLine()?.contains(#""output": "here x\n""#) == true)
        for program in [there, here, server] { program.kill() }
    }

    @Test func `A worker that was stopped counts as gone over TCP, and its item goes to another`() async throws {
        try await withServe(["--peer-timeout", "1", "--register", "work=WorkQueue", "--register", "results=Queue"]) { address, environment in
            func work(_ command: String...) throws -> TestProgram {
                try ManagerProgram.start(
                    ["work", "--address", address, "--tasks", "work", "--results", "results", "--jobs", "1", "--"] + command,
                    environment: environment)
            }
            let mark = "33\(Int.random(in: 10_000...99_999)).5"
            let stopped = try work("sh", "-c", "sleep \(mark)")
            _ = try await ManagerProgram.run(["put", "--address", address, "work", "x"], environment: environment)
            try await waitUntil { RunningProcesses.count { $0.hasPrefix("sleep\0\(mark)") } == 1 }
            let workers = try Self.children(of: stopped.pid)
            #expect(!workers.isEmpty)
            for pid in workers { kill(pid, SIGSTOP) }
            let other = try work("echo", "other")
            let result = try await ManagerProgram.run(
                ["get", "--address", address, "results", "--timeout", "60", "--json"], environment: environment)
            #expect(result.output.contains(#""output": "other x\n""#))
            for pid in workers { kill(pid, SIGCONT) }
            stopped.kill()
            other.end()
            _ = await (other.outcome(), stopped.outcome())
        }
    }

    /// The processes that any thread of a process has started.
    private static func children(of pid: Int32) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").flatMap { thread in
            try String(contentsOfFile: "/proc/\(pid)/task/\(thread)/children", encoding: .utf8).split(separator: " ").compactMap { Int32($0) }
        }
    }
}
