import TestSupport
import Testing

/// `manager put` and what only a work queue can do with an item.
@Suite(.timeLimit(.minutes(2))) struct PutTests {
    /// Runs the command on the queue `jobs` of a server.
    private struct Shell {
        let address: String
        let environment: [String: String]

        func put(_ arguments: String..., input: String = "") async throws -> Outcome {
            try await ManagerProgram.run(["put", "--address", address, "jobs"] + arguments, input: input, environment: environment)
        }

        func get(_ count: Int) async throws -> String {
            try await ManagerProgram.run(
                ["get", "--address", address, "jobs", "--count", "\(count)", "--timeout", "60"], environment: environment
            ).output
        }

        func counts() async throws -> String {
            try await ManagerProgram.run(["call", "--address", address, "jobs", "counts"], environment: environment).output
        }
    }

    private func withJobs(_ type: String, _ body: (Shell) async throws -> Void) async throws {
        try await withServe(["--register", "jobs=\(type)"]) { try await body(Shell(address: $0, environment: $1)) }
    }

    @Test func `A higher priority comes first, from arguments and from lines`() async throws {
        try await withJobs("WorkQueue") { (shell) async throws in
            #expect(try await shell.put("a", "b").status == 0)
            #expect(try await shell.put("--priority", "-1", "last").status == 0)
            #expect(try await shell.put("--priority", "2", input: "first\nsecond\n").status == 0)
            #expect(try await shell.get(5) == "first\nsecond\na\nb\nlast\n")
        }
    }

    @Test func `What is delayed comes after its delay`() async throws {
        try await withJobs("WorkQueue") { (shell) async throws in
            #expect(try await shell.put("--delay", "3600", "a", "b").status == 0)
            #expect(try await shell.counts() == "{'ready': 0, 'leased': 0, 'delayed': 2, 'dead': 0}\n")
            #expect(try await shell.put("--delay", "0.2", "soon").status == 0)
            #expect(try await shell.get(1) == "soon\n")
        }
    }

    @Test func `An item whose key is taken is not put, and the status says so`() async throws {
        try await withJobs("WorkQueue") { (shell) async throws in
            #expect(try await shell.put("--key", "nightly", "a").status == 0)
            let again = try await shell.put("--key", "nightly", "b")
            #expect(again.status == 1)
            #expect(again.errors == "manager: jobs: nothing was put, for the key 'nightly' is taken\n")
            #expect(try await shell.get(1) == "a\n")
            #expect(try await shell.put("--key", "nightly", "--delay", "3600", "c").status == 0)
            #expect(try await shell.counts() == "{'ready': 0, 'leased': 0, 'delayed': 1, 'dead': 0}\n")
        }
    }

    @Test func `Where a work queue is full, they wait for room`() async throws {
        try await withJobs(#"WorkQueue{"maxsize": 1}"#) { (shell) async throws in
            async let put = shell.put("--priority", "1", "a", "b", "c")
            #expect(try await shell.get(3) == "a\nb\nc\n")
            #expect(try await put.status == 0)
        }
    }

    @Test(arguments: ["Queue", "JoinableQueue", "dict"], [["--delay", "5"], ["--priority", "5"], ["--key", "k"]])
    func `What is no work queue is told to be none, and gets nothing`(_ type: String, _ option: [String]) async throws {
        try await withJobs(type) { (shell) async throws in
            let ended = try await ManagerProgram.run(
                ["put", "--address", shell.address, "jobs"] + option + ["x"], environment: shell.environment)
            #expect(ended.status == 2)
            #expect(ended.errors.hasPrefix("manager: jobs is no WorkQueue, which --delay, --priority and --key are for ("), "\(ended.errors)")
            #expect(ended.errorLines.count == 1)
            let length = try await ManagerProgram.run(
                ["call", "--address", shell.address, "jobs", type == "dict" ? "__len__" : "qsize"], environment: shell.environment)
            #expect(length.output == "0\n")
        }
    }

    @Test func `Wrong options are told with how to do it`() async throws {
        for (arguments, message) in [
            (["--key", "k"], "--key is for one ITEM"), (["--key", "k", "a", "b"], "--key is for one ITEM"),
            (["--delay=-1", "a"], "--delay must be a number of seconds"), (["--delay", "nan", "a"], "--delay must be a number of seconds"),
            (["--priority", "high", "a"], "--priority"),
        ] {
            let ended = try await ManagerProgram.run(
                ["put", "--address", "127.0.0.1:1", "jobs"] + arguments, environment: ["MANAGER_AUTHKEY": "abc"])
            #expect(ended.status == 2 && ended.errors.contains(message), "\(arguments): \(ended.errors)")
        }
    }
}
