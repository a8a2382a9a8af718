import Glibc
import Multiprocessing

/// What the first argument can name.
let scenarios = processScenarios.merging(streamScenarios) { $1 }.merging(poolScenarios) { $1 }.merging(managerScenarios) { $1 }
    .merging(workerScenarios) { $1 }

typealias Scenarios = [String: @Sendable () async throws -> Void]

private let processScenarios: Scenarios = [
    "fail": { throw TestError("what went wrong") },
    "say": { try await run(Say(text: "hello from the child")) },
    "statuses": statuses,
    "target-error": { try await run(Fail(text: "no such luck"), name: "Worker") },
    "join-timeout": joinTimeout,
    "joins": joins,
    "misuse": misuse,
    "unsendable": unsendable,
    "undecodable": undecodable,
    "cancel-start": cancelStart,
    "fields": fields,
    "large": { try await run(Count(numbers: Array(0..<1_000_000))) },
    "names": names,
    "key": { CurrentProcess.authkey = [1, 2, 3]; try await run(Introduce(depth: 0)) },
    "daemon-parent": { try await run(DaemonParent(), daemon: true) },
    "echo": { try await run(Echo()) },
    "leave-ordinary": { try await ChildProcess(Echo()).start(); say("run is over") },
    "leave-daemon": leaveDaemon,
    "leave-server": { _ = try await startServer(Server(word: "left")); say("run is over") },
    "leave-deaf-daemon": { try await ChildProcess(Ignore(), daemon: true).start(); _ = readLine() },
    "crash": { try await crash(ChildProcess.Configuration()) },
    "crash-with-core": { try await crash(ChildProcess.Configuration(allowsCoreDumps: true)) },
    "inheritance": inheritance,
    "plain-inheritance": { try await run(Inheritance()) },
    "fifty": fifty,
    "family": family,
    "family-in-foreground": { setpgid(0, 0); try await family() },
    "server": server,
    "latency": latency,
    "noop": {},
]

@Sendable private func statuses() async throws {
    for child in [
        try await run(Say(text: "fine")), try await run(Exit(status: 7)), try await run(Fail(text: "failed")),
        try await run(Raise(signal: SIGKILL)), try await run(Raise(signal: SIGUSR1)),
    ] {
        say("\(child.name): \(child.exitStatus.map { "\($0)" } ?? "nil"), \(child.exitStatus?.exitCode ?? 999), alive \(child.isAlive)")
    }
}

/// A child ends by a signal with which the system writes a core.
private func crash(_ configuration: ChildProcess.Configuration) async throws {
    let child = try ChildProcess(Raise(signal: SIGXCPU), configuration: configuration)
    try await child.start()
    try await child.join()
    say("\(child.exitStatus ?? .running)")
}

@Sendable private func joinTimeout() async throws {
    let child = try ChildProcess(Sleep())
    say("before start: \(child.exitStatus == nil) \(child.pid == nil) \(child.isAlive)")
    try await child.start()
    say("timed out: \(try await !child.join(timeout: .milliseconds(20))), \(child.isAlive), listed \(ChildProcess.active.count)")
    child.terminate()
    say("joined: \(try await child.join(timeout: .seconds(60))), \(child.isAlive), \(child.exitStatus?.exitCode ?? 999)")
    say("again: \(try await child.join(timeout: .zero)), listed \(ChildProcess.active.count)")
    let readyFile = "/tmp/ProcessTestProgram-\(getpid())"
    let other = try ChildProcess(Ignore(readyFile: readyFile))
    try await other.start()
    while unlink(readyFile) != 0 { sched_yield() }
    other.kill()
    while other.isAlive { sched_yield() }
    say("killed: \(other.exitStatus?.exitCode ?? 999), joined \(try await other.join(timeout: .zero))")
    other.terminate()
    say("own children: \(lines("/proc/self/task/\(getpid())/children"))")
}

/// Several tasks join; one of them is cancelled and the others are not disturbed.
@Sendable private func joins() async throws {
    let child = try ChildProcess(Sleep())
    try await child.start()
    let joining = (0..<3).map { _ in Task { try await child.join() } }
    let cancelled = Task { try await child.join() }
    cancelled.cancel()
    do { try await cancelled.value } catch { say("\(type(of: error)), alive \(child.isAlive)") }
    child.terminate()
    for task in joining { try await task.value }
    say("all joined")
}

@Sendable private func misuse() async throws {
    let child = try ChildProcess(Say(text: "once"))
    do { try await child.join() } catch { say("\(error)") }
    try await child.start()
    do { try await child.start() } catch { say("\(error)") }
    try await child.join()
    do { try await child.start() } catch { say("\(error)") }
}

@Sendable private func unsendable() async throws {
    struct Local: ProcessTarget { func run() async throws {} }
    for target in [HasHandle(), Local(), hiddenTarget(), Generic(value: Handle())] as [any ProcessTarget] {
        do { _ = try make(target) } catch { say("\(error)") }
    }
}

private func make(_ target: some ProcessTarget) throws -> ChildProcess { try ChildProcess(target) }

@Sendable private func undecodable() async throws {
    for way in [Undecodable.Way.error, .crash] {
        do { try await ChildProcess(Undecodable(way: way)).start() } catch { say("\(error)") }
    }
}

@Sendable private func cancelStart() async throws {
    let child = try ChildProcess(Undecodable(way: .hang))
    let start = Task { try await child.start() }
    while child.pid == nil { await Task.yield() }
    start.cancel()
    do { try await start.value } catch { say("\(type(of: error))") }
    try await child.join()
    say("\(child.exitStatus?.exitCode ?? 999)")
}

@Sendable private func fields() async throws {
    try await run(Fields())
    try await run(Generic(value: ["a": 1.5]))
    try await run(Generic(value: Fields.Colour.red))
}

@Sendable private func names() async throws {
    say(CurrentProcess.name)
    try await run(Introduce(depth: 1))
    try await run(Introduce(depth: 0), name: "Worker", daemon: true)
    try await run(Introduce(depth: 0))
}

@Sendable private func leaveDaemon() async throws {
    let child = try ChildProcess(Sleep(), daemon: true)
    try await child.start()
    say("\(child.pid ?? 0)")
}

/// The parent holds open files, ignores and blocks signals; none of it is the child's affair.
@Sendable private func inheritance() async throws {
    for _ in 0..<5 { _ = open("/dev/null", O_RDONLY) }
    _ = fcntl(open("/dev/null", O_RDONLY), F_DUPFD, 500)
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
    signal(SIGINT, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    var blocked = sigset_t()
    sigfillset(&blocked)
    pthread_sigmask(SIG_SETMASK, &blocked, nil)
    try await run(Inheritance())
    sigemptyset(&blocked)
    pthread_sigmask(SIG_SETMASK, &blocked, nil)
}

@Sendable private func fifty() async throws {
    let before = openSockets()
    let children = try (1...50).map { try ChildProcess(Say(text: "child \($0)")) }
    try await withThrowingTaskGroup { group in
        for child in children { group.addTask { try await child.start() } }
        try await group.waitForAll()
    }
    for child in children { try await child.join() }
    say("succeeded: \(children.count { $0.exitStatus == .exited(0) })")
    let limit = ContinuousClock.now + .seconds(30)
    while !isClean(before) && ContinuousClock.now < limit { await Task.yield() }
    say(isClean(before) ? "no child and no link is left" : "left: \(openDescriptors().map(file))")
}

/// Whether nothing of a child is left in this process, once the threads that saw them through have ended.
private func isClean(_ before: [String]) -> Bool {
    lines("/proc/self/task/\(getpid())/children").isEmpty && openSockets() == before
}

/// Who started this program may have left it a socket too.
private func openSockets() -> [String] { openDescriptors().map(file).filter { $0.hasPrefix("socket:") } }

/// One child of each kind, and a parent that waits to be killed.
@Sendable private func family() async throws {
    let daemon = try ChildProcess(Sleep(), daemon: true)
    let ordinary = try ChildProcess(Sleep())
    let server = try await startServer(Server(word: "up"))
    _ = try await server.firstReport()
    try await daemon.start()
    try await ordinary.start()
    say([daemon, ordinary, server].map { "\($0.pid ?? 0)" }.joined(separator: " "))
    try await ordinary.join()
}

@Sendable private func server() async throws {
    let server = try await startServer(Server(word: "listening"))
    say("\(server.name): \(String(decoding: try await server.firstReport(), as: UTF8.self))")
    server.hangUp()
    try await server.join()
    say("\(server.exitStatus?.exitCode ?? 999)")
    let failing = try await startServer(FailingServer())
    do { _ = try await failing.firstReport() } catch { say("\(error)") }
    let silent = try await startServer(Exit(status: 3))
    do { _ = try await silent.firstReport() } catch { say("\(error)") }
}

/// Microseconds from `start()` to the target's first line, in the child's reading of the same clock.
struct Latency: ProcessTarget {
    let from: Int64
    func run() async throws { say("\((monotonic() - from) / 1000)") }
}

@Sendable private func latency() async throws {
    for _ in 0..<20 { try await run(Latency(from: monotonic())) }
}

func monotonic() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
