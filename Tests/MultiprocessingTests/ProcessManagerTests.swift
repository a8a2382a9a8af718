import Glibc
import Logging
import Multiprocessing
import ServiceLifecycle
import TestSupport
import Testing

/// From the start of a manager to its end.
@Suite(.timeLimit(.minutes(1)))
struct ProcessManagerTests {
    @Test func `each state allows what it should, and the rest is an error that says what to do`() async throws {
        let again = "alreadyRunning, this manager has been started or connected before: make another Manager"
        let running = ["start: \(again)", "connect: \(again)", "server: \(again)", "use: done"]
        let over = "notRunning, this manager has been shut down: make another Manager"
        #expect(try await lines("manager-states") == [
            "new, use: notRunning, the manager is not running: call start() or connect() first", "new, server: done",
        ] + ["running"] + running + ["connected"] + running + ["shut down, processes: 0"] + [
            "start: \(over)", "connect: \(over)", "server: \(over)", "use: \(over)",
            "connect: cannotConnect, nobody listens at 127.0.0.1:1; start the server, or check the address",
            "new again: 127.0.0.1:1",
            "without address: cannotConnect, connect() needs to be told the server's address: Manager(address: …)",
            "without address: cannotConnect, a server in this process needs an address: Manager(address: …)",
        ])
    }

    @Test func `shutting down ends every call in flight with a typed error`() async throws {
        let output = try await lines("manager-shutdown")
        #expect(output.first == #"["ManagerError": 17]"#)
        #expect(output.last == "processes: 0")
    }

    @Test func `kill -9 of the server ends every call in flight with a typed error`() async throws {
        let output = try await lines("manager-killed")
        #expect(output.first == #"["ManagerError": 17]"#)
        #expect(output.last == "processes: 0")
    }

    @Test func `shutdowns at once return when the server's process has ended, even cancelled ones`() async throws {
        #expect(try await lines("manager-two-shutdowns") == Array(repeating: "processes: 0", count: 4))
    }

    @Test func `a server that does not end is killed`() async throws {
        #expect(try await lines("manager-stopped") == ["ended by signal 9"])
    }

    @Test func `a manager that is shut down while it starts leaves nothing behind`() async throws {
        #expect(try await lines("manager-shut-down-while-starting") == [
            "start: alreadyRunning, this manager has been started or connected before: make another Manager",
            "server: alreadyRunning, this manager has been started or connected before: make another Manager",
            "use: notRunning, the manager is still starting: use it when start() or connect() has returned",
            "processes: 0",
            "the first start: notRunning, the manager was shut down while it started",
            "use: notRunning, this manager has been shut down: make another Manager",
        ])
    }

    @Test func `a start that is cancelled leaves nothing behind and can be made again`() async throws {
        let lines = try await lines("manager-start-cancelled")
        #expect(lines == ["start: CancellationError", "processes: 0", "started again"])
    }

    @Test func `an initializer runs in the server's process, and its error is that of the start`() async throws {
        #expect(try await lines("manager-initializer") == [
            #"["in a process of its own: true"], 2"#,
            "ProcessError: Manager-2 could not be started: its initializer failed: nothing to prepare", "processes: 0",
        ])
    }

    @Test(.enabled(if: TestCertificates.areAvailable))
    func `settings of a server reach its process: TLS, keys and limits; and what is wrong with them is an error of the start`() async throws {
        let certificates = try await TestCertificates()
        try await certificates.make("server")
        let folder = String(certificates.file("ca.pem").dropLast("/ca.pem".count))
        let outcome = try await ProcessTestRun.outcome(of: "manager-configured", environment: ["CERTIFICATES": folder])
        // The server's log, of the client without TLS.
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errors.contains("the client did not speak TLS within"))
        #expect(outcome.lines == [
            "[1, 2]", "true", "without TLS: cannotConnect, the server closed the connection during the handshake: it may expect TLS", "true",
            "without files: ProcessError", "refused: CancellationError", "processes: 0",
        ])
    }

    @Test func `the server's process ends with the scope, however that ends`() async throws {
        #expect(try await lines("manager-scope") == [
            "2, processes: 0", "body: TestError", "processes: 0", "cancelled: CancellationError", "processes: 0",
        ])
    }

    @Test func `the server's process ends when nobody uses the manager any more`() async throws {
        #expect(try await lines("manager-dropped") == ["processes: 0, socket is there: false"])
    }

    @Test func `the server's process and its socket are gone when the program is killed`() async throws {
        let run = try ProcessTestRun.start("manager-family")
        let line = try #require(await run.nextLine()).split(separator: " ")
        let server = try #require(Int32(line[0]))
        let socket = line[1].dropFirst("unix:".count)
        #expect(isRunning(server) && access(String(socket), F_OK) == 0)
        kill(run.pid, SIGKILL)
        try await waitForEnd(of: server)
        #expect(access(String(socket.dropLast("/socket".count)), F_OK) != 0)
    }

    @Test func `the server's process waits for its clients as long as the manager is told`() async throws {
        #expect(try await lines("manager-peer-timeout") == ["x, delivery 2"])
    }

    private func lines(_ scenario: String) async throws -> [String] {
        let outcome = try await ProcessTestRun.outcome(of: scenario)
        #expect(outcome.errorLines == [])
        return outcome.lines
    }
}

/// A server in this process.
@Suite(.timeLimit(.minutes(1)))
struct RunningServerTests {
    @Test func `a service group runs a server and shuts it down gracefully`() async throws {
        let (server, manager) = try await serverAndManager()
        let queue = try await manager.queue(of: Int.self)
        let group = ServiceGroup(services: [server], logger: Logger(label: "test"))
        let running = Task { try await group.run() }
        let call = Task { try await queue.get() }
        try await queue.put(1)
        #expect(try await call.value == 1)
        let blocked = Task { try await queue.get() }
        await group.triggerGracefulShutdown()
        try await running.value
        await #expect(throws: ManagerError.self) { try await blocked.value }
        await expectGone(server.address)
    }

    @Test func `cancelling the task ends a server`() async throws {
        let (server, _) = try await serverAndManager()
        let running = Task { await server.serveForever() }
        running.cancel()
        await running.value
        await expectGone(server.address)
    }

    @Test func `a client's wish and shutdown() end every run of a server`() async throws {
        let (server, manager) = try await serverAndManager()
        let runs = (0..<3).map { _ in Task { await server.run() } }
        let blocked = Task { try await manager.lock().withLock { try await manager.event().wait() } }
        await server.shutdown()
        for run in runs { await run.value }
        await #expect(throws: ManagerError.self) { try await blocked.value }
        await server.run()
        await expectGone(server.address)
    }

    @Test func `a server in this process waits for its clients as long as the manager is told, unless it is told otherwise`() async throws {
        let manager = Manager(
            address: .tcp("127.0.0.1", 0), authkey: "abc", configuration: ManagerConfiguration(peerTimeout: .seconds(7)))
        let server = try await manager.server { settings in
            #expect(settings.peerTimeout == .seconds(7))
            settings.peerTimeout = .seconds(8)
        }
        await server.shutdown()
    }

    private func serverAndManager() async throws -> (RunningServer, Manager) {
        let server = try await Manager(address: .tcp("127.0.0.1", 0), authkey: "abc").server()
        let manager = Manager(address: server.address, authkey: "abc")
        try await manager.connect()
        return (server, manager)
    }

    private func expectGone(_ address: ManagerAddress) async {
        await #expect(throws: ManagerError.self) { try await Manager(address: address, authkey: "abc").connect() }
    }
}
