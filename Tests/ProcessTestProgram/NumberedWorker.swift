import Glibc
import Multiprocessing

let workerScenarios: Scenarios = ["numbered-worker": numberedWorker]

/// Does numbered items as the Python workers of `NumberedWork` do, but connects again when its server has gone. Arguments: the server's address, a folder, a name.
@Sendable private func numberedWorker() async throws {
    let (folder, name) = (CommandLine.arguments[3], CommandLine.arguments[4])
    var configuration = ManagerConfiguration()
    configuration.reconnection = .backoff(initial: .milliseconds(5), maximum: .milliseconds(200), attempts: 1_000)
    let key = getenv("MANAGER_AUTHKEY").map { String(cString: $0) } ?? ""
    let manager = Manager(
        address: try ManagerAddress(parsing: CommandLine.arguments[2]), authkey: AuthenticationKey(key), configuration: configuration)
    try await manager.connect()
    let queue = try await manager(TypeID<WorkQueueProxy<Int>>("work"))
    try await queue.forEachLease { lease in
        note(folder + "done", "\(lease.item) \(lease.deliveries ?? 0) \(name)")
        try await Task.sleep(for: .milliseconds(2))
        do {
            try await lease.acknowledge()
            note(folder + "acknowledged", "\(lease.item)")
        } catch let error as ManagerError where error.code == .connectionLost {
            note(folder + "late", "\(lease.item)")
        }
    }
}

/// Adds a line to a file by one write, whoever else writes.
private func note(_ path: String, _ line: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    defer { close(file) }
    _ = (line + "\n").withCString { write(file, $0, strlen($0)) }
}
