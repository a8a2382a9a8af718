import Foundation
import Glibc
import Multiprocessing

let managerScenarios: Scenarios = [
    "manager-states": managerStates,
    "manager-shutdown": { try await callsInFlight { await $0.shutdown() } },
    "manager-killed": { try await callsInFlight { _ in server?.kill() } },
    "manager-two-shutdowns": managerTwoShutdowns,
    "manager-stopped": managerStopped,
    "manager-shut-down-while-starting": managerShutDownWhileStarting,
    "manager-start-cancelled": managerStartCancelled,
    "manager-initializer": managerInitializer,
    "manager-configured": managerConfigured,
    "manager-scope": managerScope,
    "manager-dropped": managerDropped,
    "manager-family": managerFamily,
    "manager-start-speed": managerStartSpeed,
    "hold-lock": holdLock,
    "manager-peer-timeout": managerPeerTimeout,
]

/// The process of this process's only manager.
private var server: ChildProcess? { ChildProcess.active.first }

private func attempt(_ what: String, _ body: () async throws -> Void) async {
    do {
        try await body()
        say("\(what): done")
    } catch let error as ManagerError {
        say("\(what): \(error.codeName), \(error)")
    } catch {
        say("\(what): \(type(of: error))")
    }
}

extension ManagerError {
    var codeName: String {
        switch code {
        case .notRunning: "notRunning"
        case .alreadyRunning: "alreadyRunning"
        case .connectionLost: "connectionLost"
        case .cannotConnect: "cannotConnect"
        default: "another"
        }
    }
}

private func attemptAll(_ manager: Manager) async {
    await attempt("start") { try await manager.start() }
    await attempt("connect") { try await manager.connect() }
    await attempt("server") { try await manager.server().shutdown() }
    await attempt("use") { _ = try await manager.list(of: Int.self) }
}

@Sendable private func managerStates() async throws {
    let manager = Manager(address: .tcp("127.0.0.1", 0), authkey: "abc")
    await manager.shutdown()
    await attempt("new, use") { _ = try await manager.list(of: Int.self) }
    await attempt("new, server") { try await manager.server().shutdown() }
    try await manager.start()
    say("running")
    await attemptAll(manager)
    let other = Manager(address: manager.address, authkey: "abc")
    try await other.connect()
    say("connected")
    await attemptAll(other)
    await manager.shutdown()
    say("shut down, processes: \(ChildProcess.active.count)")
    await attemptAll(manager)
    await manager.shutdown()
    await other.shutdown()
    let failing = Manager(address: .tcp("127.0.0.1", 1), authkey: "abc")
    await attempt("connect") { try await failing.connect() }
    say("new again: \(failing.address.map { "\($0)" } ?? "nil")")
    await attempt("without address") { try await Manager().connect() }
    await attempt("without address") { _ = try await Manager().server() }
}

/// Calls that wait when the server ends, or the manager: each ends with an error.
private func callsInFlight(_ end: (Manager) async -> Void) async throws {
    let manager = Manager()
    try await manager.start()
    let (queue, lock, event) = try await (manager.queue(of: Int.self), manager.lock(), manager.event())
    let barrier = try await manager.barrier(parties: 2)
    try await lock.acquire()
    let waiting = Counter()
    func call(_ body: @escaping @Sendable () async throws -> Void) -> Task<Void, any Error> {
        Task {
            _ = waiting.next()
            try await body()
        }
    }
    var calls = (0..<5).flatMap { _ in
        [call { _ = try await queue.get() }, call { try await lock.acquire() }, call { try await event.wait() }]
    }
    calls.append(call { _ = try await barrier.wait() })
    calls.append(call { while true { _ = try await barrier.waitingCount } })
    await wait { waiting.value == calls.count }
    while try await barrier.waitingCount == 0 {}
    await end(manager)
    var errors: [String: Int] = [:]
    for task in calls {
        do { try await task.value } catch { errors["\(type(of: error))", default: 0] += 1 }
    }
    say("\(errors)")
    await attempt("afterwards") { _ = try await queue.get() }
    await manager.shutdown()
    say("processes: \(ChildProcess.active.count)")
}

@Sendable private func managerTwoShutdowns() async throws {
    let manager = Manager()
    try await manager.start()
    await withTaskGroup { group in
        for _ in 0..<4 {
            group.addTask {
                await manager.shutdown()
                // Each of them returns when the process has ended, not when somebody else has begun to end it.
                say("processes: \(ChildProcess.active.count)")
            }
        }
        group.cancelAll()
    }
}

/// A server that does not answer is killed.
@Sendable private func managerStopped() async throws {
    let manager = Manager()
    try await manager.start()
    let process = server
    process?.send(signal: SIGSTOP)
    await manager.shutdown()
    say("\(process?.exitStatus.map { "\($0)" } ?? "nil")")
}

@Sendable private func managerShutDownWhileStarting() async throws {
    let manager = Manager(address: .tcp("127.0.0.1", 0))
    let start = Task { try await manager.start(initializer: Sleep()) }
    await wait { server?.pid != nil }
    await attempt("start") { try await manager.start() }
    await attempt("server") { try await manager.server().shutdown() }
    await attempt("use") { _ = try await manager.list(of: Int.self) }
    await manager.shutdown()
    say("processes: \(ChildProcess.active.count)")
    await attempt("the first start") { try await start.value }
    await attempt("use") { _ = try await manager.list(of: Int.self) }
}

@Sendable private func managerStartCancelled() async throws {
    let manager = Manager()
    let start = Task { try await manager.start(initializer: Sleep()) }
    await wait { server?.pid != nil }
    start.cancel()
    await attempt("start") { try await start.value }
    say("processes: \(ChildProcess.active.count)")
    try await manager.start()
    await manager.shutdown()
    say("started again")
}

@Sendable private func managerInitializer() async throws {
    let journal = Journal()
    defer { journal.remove() }
    try await withManager(initializer: Note(journal: journal.path, parent: getpid())) { manager in
        say("\(journal.entries), \(try await manager.list([1, 2]).count)")
    }
    do {
        try await withManager(initializer: Prepare(value: "")) { _ in say("never") }
    } catch {
        say("\(type(of: error)): \(error)")
    }
    say("processes: \(ChildProcess.active.count)")
}

/// The scope's end is the server's, however it comes.
@Sendable private func managerScope() async throws {
    say("\(try await withManager { try await $0.list([1, 2]).count }), processes: \(ChildProcess.active.count)")
    await attempt("body") { try await withManager { _ in throw TestError("the body has failed") } }
    say("processes: \(ChildProcess.active.count)")
    let (managers, started) = AsyncStream.makeStream(of: Manager.self)
    let task = Task {
        try await withManager { manager in
            _ = started.yield(manager)
            _ = try await manager.queue(of: Int.self).get()
        }
    }
    for await _ in managers { break }
    task.cancel()
    await attempt("cancelled") { try await task.value }
    say("processes: \(ChildProcess.active.count)")
}

/// A manager that nobody uses any more.
@Sendable private func managerDropped() async throws {
    func address() async throws -> ManagerAddress? {
        let manager = Manager()
        try await manager.start()
        return manager.address
    }
    let path = try await address()?.description.split(separator: ":").last.map(String.init) ?? ""
    await wait { server == nil }
    say("processes: \(ChildProcess.active.count), socket is there: \(access(path, F_OK) == 0)")
}

/// A manager whose program waits to be killed.
@Sendable private func managerFamily() async throws {
    try await withManager { manager in
        say("\(server?.pid ?? 0) \(manager.address.map { "\($0)" } ?? "nil")")
        _ = try await manager.queue(of: Int.self).get()
    }
}

/// An initializer that says where it runs.
struct Note: ProcessTarget {
    let journal: String
    let parent: Int32
    func run() async throws { Journal(path: journal).append("in a process of its own: \(getpid() != parent && getppid() == parent)") }
}

/// From `start()` to the first answer.
@Sendable private func managerStartSpeed() async throws {
    var times: [Int64] = []
    for _ in 0..<20 {
        let manager = Manager()
        let start = monotonic()
        try await manager.start()
        _ = try await manager.list([1]).count
        times.append((monotonic() - start) / 1_000)
        await manager.shutdown()
    }
    times.sort()
    say("from start() to the first answer: median \(times[10]) µs, fastest \(times[0]) µs, slowest \(times[19]) µs")
}

/// Takes a lock out of a queue, acquires it, tells its token, and holds it until it is killed.
@Sendable private func holdLock() async throws {
    let environment = ProcessInfo.processInfo.environment
    let manager = Manager(address: try ManagerAddress(parsing: environment["MANAGER_ADDRESS"] ?? ""), authkey: "abc")
    try await manager.connect()
    let lock = try await manager(TypeID<QueueProxy<LockProxy>>("get_task")).get()
    if environment["WAY"] == "hand" {
        try await lock.acquire()
        say("\(lock.holding?.token.rawValue ?? 0)")
        try await Task.sleep(for: .seconds(600))
    } else {
        try await lock.withLock { holding in
            say("\(holding.token.rawValue)")
            try await Task.sleep(for: .seconds(600))
        }
    }
}

/// Settings of a server reach its process: TLS, several keys, a limit; and what is wrong with them comes back.
@Sendable private func managerConfigured() async throws {
    let files = ProcessInfo.processInfo.environment["CERTIFICATES"] ?? ""
    let client = ManagerConfiguration(tls: ClientTLS(authorityFile: files + "/ca.pem"))
    let access = try ServerAccess(grants: [
        KeyGrant("operators", keys: ["operate"], permissions: .all),
        KeyGrant("workers", keys: ["work"], permissions: Permissions(creates: ["list"], calls: ["list": ["append"]])),
    ])
    let manager = Manager(address: .tcp("localhost", 0), authkey: "operate", configuration: client)
    try await manager.start { settings in
        settings.tls = ServerTLS(certificateFile: files + "/server.pem", keyFile: files + "/server.key")
        settings.access = access
    }
    say("\(try await manager.list([1, 2]).elements())")
    let worker = Manager(address: manager.address, authkey: "work", configuration: client)
    try await worker.connect()
    let list = try await worker.list(of: Int.self)
    try await list.append(1)
    do { try await list.reverse() } catch let error as RemoteError { say("\(error.type == .permissionError)") }
    await attempt("without TLS") { try await Manager(address: manager.address, authkey: "operate").connect() }
    await worker.shutdown()
    await manager.shutdown()
    try await withManager(configure: { $0.maximumMemory = 1 }) { manager in
        do { _ = try await manager.list() } catch let error as RemoteError { say("\(error.type == .memoryError)") }
    }
    await attempt("without files") { try await Manager().start { $0.tls = ServerTLS(certificateFile: "/none", keyFile: "/none") } }
    await attempt("refused") { try await Manager().start { _ in throw CancellationError() } }
    say("processes: \(ChildProcess.active.count)")
}

/// Takes an item on lease, and holds it.
struct HoldLease: ProcessTarget {
    let queue: WorkQueueProxy<String>
    func run() async throws { try await queue.withLease { _ in try await Task.sleep(for: .seconds(600)) } }
}

/// What a child has on lease that was stopped goes to another, once the server has waited as long as the manager says.
@Sendable private func managerPeerTimeout() async throws {
    let configuration = ManagerConfiguration(peerTimeout: .seconds(1))
    let manager = Manager(address: .tcp("127.0.0.1", 0), configuration: configuration)
    try await manager.start()
    let queue = try await manager.workQueue(of: String.self)
    try await queue.put("x")
    let worker = try ChildProcess(HoldLease(queue: queue))
    try await worker.start()
    while try await queue.counts.leased == 0 {}
    kill(worker.pid ?? 0, SIGSTOP)
    let lease = try await queue.lease(timeout: .seconds(30))
    say("\(lease.item), delivery \(lease.deliveries ?? 0)")
    worker.kill()
    try await worker.join()
    await manager.shutdown()
}
