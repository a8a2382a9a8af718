import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ServeTests {
    @Test func `What is put can be taken, from arguments and from lines`() async throws {
        try await withServe(["--register", "jobs=Queue"]) { address, environment in
            let queue = ["--address", address, "jobs"]
            _ = try await ManagerProgram.run(["put"] + queue + ["a", "b"], environment: environment)
            _ = try await ManagerProgram.run(["put"] + queue, input: "c\nd\n", environment: environment)
            let taken = try await ManagerProgram.run(["get"] + queue + ["--count", "4"], environment: environment)
            #expect(taken.output == "a\nb\nc\nd\n")
            let none = try await ManagerProgram.run(["get"] + queue + ["--timeout", "0"], environment: environment)
            #expect(none.status == 1)
            #expect(none.errors.contains("jobs is empty"))
        }
    }

    @Test func `Many lines are put in their order`() async throws {
        try await withServe(["--register", "jobs=Queue"]) { address, environment in
            let count = 50_000
            let lines = (0..<count).map { "line \($0)\n" }.joined()
            let put = try await ManagerProgram.run(["put", "--address", address, "jobs"], input: lines, environment: environment)
            #expect(put.status == 0)
            let taken = try await ManagerProgram.run(["get", "--address", address, "jobs", "--count", "50000"], environment: environment)
            #expect(taken.output == lines)
        }
    }

    @Test func `Many lines are put into a queue of CPython's, and wait for room in it`() async throws {
        let python = try #require(PythonInterpreter.newest)
        let server = try python.start("""
            import queue, threading
            from multiprocessing.managers import BaseManager
            jobs = queue.Queue(100)
            class Manager(BaseManager): pass
            Manager.register('jobs', callable=lambda: jobs)
            server = Manager(('127.0.0.1', 0), b'abc').get_server()
            print(server.address[1])
            threading.Thread(target=server.serve_forever, daemon=True).start()
            print([jobs.get() for _ in range(2000)] == ['line %d' % n for n in range(2000)])
            """)
        let port = try #require(await server.nextLine())
        let lines = (0..<2_000).map { "line \($0)\n" }.joined()
        let put = try await ManagerProgram.run(
            ["put", "--address", "127.0.0.1:\(port)", "jobs"], input: lines, environment: ["MANAGER_AUTHKEY": "abc"])
        #expect(put.status == 0, "\(put.errors)")
        #expect(await server.nextLine() == "True")
    }

    @Test func `With --robust-locks a killed holder leaves no lock held, and without it one is a signal`() async throws {
        let python = try #require(PythonInterpreter.newest)
        let opening = """
            import sys
            from multiprocessing.managers import BaseManager
            class Manager(BaseManager): pass
            Manager.register('guard')
            host, port = sys.argv[1].split(':')
            manager = Manager((host, int(port)), b'abc'); manager.connect(); lock = manager.guard()

            """
        for robust in [true, false] {
            try await withServe((robust ? ["--robust-locks"] : []) + ["--register", "guard=Lock"]) { address, _ in
                let holder = try python.start(opening + "lock.acquire(); print('held'); sys.stdin.readline()", [address])
                #expect(await holder.nextLine() == "held")
                holder.kill()
                let next = try await python.run(
                    opening + (robust ? "print(lock.acquire(), lock.was_abandoned())" : "lock.release(); print(lock.acquire(False))"), [address])
                #expect(next.output == (robust ? "True True\n" : "True\n"))
            }
        }
    }

    @Test func `call takes JSON and gives Python's repr or JSON`() async throws {
        try await withServe(["--register", "d=dict"]) { address, environment in
            func call(_ arguments: String...) async throws -> Outcome {
                try await ManagerProgram.run(["call", "--address", address, "d"] + arguments, environment: environment)
            }
            _ = try await call("update", #"{"z": [1, 2.5, null, true], "a": "ü"}"#)
            let copy = try await call("copy")
            #expect(copy.output == "{'z': [1, 2.5, None, True], 'a': 'ü'}\n")
            let json = try await call("--json", "copy")
            #expect(json.output == "{\"z\": [1, 2.5, null, true], \"a\": \"ü\"}\n")
            let missing = try await call("__getitem__", "nope")
            #expect(missing.status == 1)
            #expect(missing.errors.contains("KeyError: 'nope'"))
        }
    }

    @Test func `info says what the server is, and its epoch changes when it is started again`() async throws {
        var epochs: Set<String> = []
        for _ in 0..<2 {
            try await withServe(["--register", "d=dict"]) { address, environment in
                let shown = try await ManagerProgram.run(["info", "--address", address], environment: environment)
                #expect(shown.lines.first == "server: swift-multiprocessing")
                #expect(shown.lines.last == "objects: 0")
                epochs.insert(try #require(shown.lines.first { $0.hasPrefix("epoch: ") }))
                let json = try await ManagerProgram.run(["info", "--address", address, "--json"], environment: environment)
                #expect(json.output.hasPrefix(#"{"server": "swift-multiprocessing", "version": 1, "epoch": "#))
            }
        }
        #expect(epochs.count == 2)
    }

    @Test func `work runs a command for the items of a queue`() async throws {
        try await withServe(["--register", "tasks=Queue", "--register", "results=Queue"]) { address, environment in
            let worker = try ManagerProgram.start(
                ["work", "--address", address, "--tasks", "tasks", "--results", "results", "--jobs", "2", "--", "echo", "got"],
                environment: environment)
            _ = try await ManagerProgram.run(["put", "--address", address, "tasks", "x"], environment: environment)
            let result = try await ManagerProgram.run(["get", "--address", address, "results", "--json"], environment: environment)
            #expect(result.output.hasPrefix(#"{"input": "x", "status": 0, "output": "got x\n""#))
            worker.end()
            let ended = await worker.outcome()
            #expect(ended.status == 143)
        }
    }

    @Test func `An item of a work queue whose worker is killed each time is a dead letter`() async throws {
        try await withServe(["--register", #"tasks=WorkQueue{"max_deliveries": 2}"#, "--register", "results=Queue"]) { address, environment in
            func manager(_ arguments: String...) async throws -> Outcome {
                let outcome = try await ManagerProgram.run([arguments[0], "--address", address] + arguments.dropFirst(), environment: environment)
                #expect(outcome.status == 0, "\(outcome.errors)")
                return outcome
            }
            _ = try await manager("put", "tasks", "poison", "good")
            let worker = try ManagerProgram.start(
                ["work", "--address", address, "--tasks", "tasks", "--results", "results", "--jobs", "1", "--", "sh", "-c",
                 "[ {} != poison ] || kill -9 $PPID; echo {}"],
                environment: environment)
            #expect(try await manager("get", "results", "--json").output.contains(#""output": "good\n""#))
            #expect(try await manager("call", "tasks", "dead_letters").output == "[('poison', 2)]\n")
            // The result is put before the item is acknowledged.
            #expect(try await manager("call", "tasks", "join").output == "None\n")
            #expect(try await manager("call", "tasks", "counts", "--json").output == #"{"ready": 0, "leased": 0, "delayed": 0, "dead": 1}"# + "\n")
            worker.end()
            let ended = await worker.outcome()
            #expect(ended.errors.components(separatedBy: "ended by signal 9; another takes its place").count == 3, "\(ended.errors)")
        }
    }

    @Test func `What a client took from a joinable queue and was not done with is delivered again, if the server is told so`() async throws {
        let python = try #require(PythonInterpreter.newest)
        try await withServe(["--redeliver", "--register", "jobs=JoinableQueue"]) { address, environment in
            let queue = ["--address", address, "jobs"]
            _ = try await ManagerProgram.run(["put"] + queue + ["a", "b"], environment: environment)
            let said = try await python.run("""
                import sys
                from multiprocessing.managers import BaseManager
                class Manager(BaseManager): pass
                Manager.register('jobs')
                m = Manager(('127.0.0.1', int(sys.argv[1].split(':')[1])), b'abc'); m.connect()
                q = m.jobs()
                print(q.get()); q.task_done(); print(q.get())
                """, [address])
            #expect(said.output == "a\nb\n")
            let again = try await ManagerProgram.run(["get"] + queue + ["--timeout", "60"], environment: environment)
            #expect(again.output == "b\n")
            let none = try await ManagerProgram.run(["get"] + queue + ["--timeout", "0"], environment: environment)
            #expect(none.errors.contains("jobs is empty"))
        }
    }

    @Test func `A mistake is told in one line, with status 2`() async throws {
        try await withServe { address, environment in
            let cases: [([String], String)] = [
                (["serve", "--address", address], "in use"),
                (["serve", "--address", "nonsense"], "is not an address"),
                (["serve", "--address", "127.0.0.1:0", "--authkey-file", "/nonexistent"], "cannot read the key file /nonexistent"),
                (["serve", "--address", "127.0.0.1:0", "--register", "x=Unicorn"], "no object of type 'Unicorn'"),
                (["serve", "--address", "127.0.0.1:0", "--register", "x=WorkQueue{3}"], "options are a JSON object"),
                (["serve", "--address", "127.0.0.1:0", "--register", #"x=WorkQueue{"nope": 3}"#], "unexpected keyword argument 'nope'"),
                (["serve", "--address", "127.0.0.1:0", "--register", #"x=WorkQueue{"lease_time": -1}"#], "must be a non-negative number"),
                (["get", "--address", "127.0.0.1:1", "q"], "127.0.0.1:1"),
                (["get", "--address", address, "nothing"], "KeyError: 'nothing'"),
                (["map"], "a command is missing"),
            ]
            for (arguments, message) in cases {
                let ended = try await ManagerProgram.run(arguments, environment: environment)
                #expect(ended.status == 2, "\(arguments)")
                #expect(ended.errors.contains(message), "\(arguments): \(ended.errors)")
                #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
                #expect(ended.output.isEmpty)
            }
            let wrong = try await ManagerProgram.run(["get", "--address", address, "q"], environment: ["MANAGER_AUTHKEY": "wrong"])
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("authkey"))
            #expect(!wrong.errors.contains("wrong:") && !wrong.errors.contains("abc"))
        }
    }

    @Test func `A wrong argument is told with how to do it, with status 2`() async throws {
        let cases: [([String], String)] = [
            (["serve", "--address", "127.0.0.1:0", "--python", "3.5"], "known versions are 2.7 and 3.6 to 3.14"),
            (["map", "echo", ":::", "1"], "Write -- before the command that is to be run: manager map … -- COMMAND"),
            (["serve", "--address", "127.0.0.1:0", "--peer-timeout", "0"], "--peer-timeout must be from 1 to 86400"),
            (["map", "--max-deliveries", "0", "--", "echo"], "--max-deliveries must be at least 1"),
            (["map", "--jobs", "0", "--", "echo"], "--jobs must be at least 1"),
            (["put"], "Missing expected argument '--address"),
        ]
        for (arguments, message) in cases {
            let ended = try await ManagerProgram.run(arguments, environment: ["MANAGER_AUTHKEY": "abc"])
            #expect(ended.status == 2, "\(arguments)")
            #expect(ended.errors.contains(message), "\(arguments): \(ended.errors)")
            #expect(ended.output.isEmpty)
        }
    }

    @Test(arguments: [("2.7", "[u'a']"), ("3.9", "['a']")])
    func `A server can be told whose repr its peers get`(_ version: String, _ repr: String) async throws {
        try await withServe(["--register", "l=list", "--python", version]) { address, environment in
            let list = ["call", "--address", address, "l"]
            _ = try await ManagerProgram.run(list + ["append", "a"], environment: environment)
            let shown = try await ManagerProgram.run(list + ["__repr__"], environment: environment)
            #expect(shown.output == "\"\(repr)\"\n")
        }
    }

    @Test func `An empty key is none: it would let everybody in`() async throws {
        let folder = try TemporaryFolder()
        for text in ["", "\n"] {
            let file = try folder.write(text, to: "key")
            let ended = try await ManagerProgram.run(["serve", "--address", "127.0.0.1:0", "--authkey-file", file])
            #expect(ended.status == 2)
            #expect(ended.errors.contains("the key file \(file) is empty"))
        }
        let ended = try await ManagerProgram.run(["serve", "--address", "127.0.0.1:0"], environment: ["MANAGER_AUTHKEY": ""])
        #expect(ended.status == 2)
        #expect(ended.errors.contains("a key is needed"))
    }

    @Test func `A key file that others can read gets a warning`() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        _ = FileManager.default.createFile(atPath: file.path, contents: Data("abc\n".utf8), attributes: [.posixPermissions: 0o644])
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServe(["--register", "q=Queue"]) { address, _ in
            let ended = try await ManagerProgram.run(["call", "--address", address, "--authkey-file", file.path, "q", "qsize"])
            #expect(ended.output == "0\n")
            #expect(ended.errors.contains("others can read the key file"))
        }
    }
}
