import Foundation
import Glibc
import Logging
import ManagedObjects
import ManagerServer
import Multiprocessing
import TestSupport
import Testing

/// A queue that is registered as one for all.
let sharedQueue = TypeID<QueueProxy<Int>>("get_task")

/// Runs the body with a server of ours in this process, which has a shared queue, and a manager that is connected to it, unless told otherwise.
func withSwiftServer(
    _ configuration: ManagerConfiguration = ManagerConfiguration(), configure: (inout ServerConfiguration) -> Void = { _ in },
    connecting: Bool = true, _ body: (ManagerServer, Manager) async throws -> Void
) async throws {
    var registry = Registry.standard
    registry.register(sharedQueue, shared: ManagedQueue())
    var settings = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc")
    configure(&settings)
    let server = try await ManagerServer(registry, configuration: settings, logger: Logger(label: "test"))
    let manager = Manager(address: server.address, authkey: "abc", configuration: configuration)
    let result = await Result {
        if connecting { try await manager.connect() }
        try await body(server, manager)
    }
    await manager.shutdown()
    await server.shutdown()
    try result.get()
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// A server in a process of its own, to be killed, stopped and started again at its address.
final class ServerProgram {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("manager-\(UUID().uuidString)").path
    private var program: TestProgram?

    init() async throws { try await start() }

    deinit {
        program?.kill()
        unlink(path)
    }

    /// Starts it, always at the same address.
    func start() async throws {
        let program = try TestProgram(
            BuiltProduct.path("manager"), ["serve", "--address", "unix:\(path)", "--register", "get_task=Queue"], environment: ["MANAGER_AUTHKEY": "abc"],
            input: [])
        #expect(await program.nextLine() == "listening on unix:\(path)")
        self.program = program
    }

    /// `kill -9`, and waits for the end.
    func kill() async throws {
        guard let program else { return }
        program.kill()
        try await waitForEnd(of: program.pid)
    }

    /// Stops it as `kill -STOP` does, and waits until each of its threads has: its connections stay, and nobody answers.
    func stop() async throws {
        guard let program else { return }
        Glibc.kill(program.pid, SIGSTOP)
        let folder = "/proc/\(program.pid)/task"
        try await waitUntil {
            try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { thread in
                try String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8).split(separator: ")").last?.hasPrefix(" T") == true
            }
        }
    }
    func goOn() { if let program { Glibc.kill(program.pid, SIGCONT) } }

    func connect(_ configuration: ManagerConfiguration = ManagerConfiguration()) async throws -> Manager {
        let manager = Manager(address: .unix(path), authkey: "abc", configuration: configuration)
        try await manager.connect()
        return manager
    }
}

/// The code of the error that the body throws.
func managerError(_ body: () async throws -> Void) async -> ManagerError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? ManagerError)?.code
    }
}
