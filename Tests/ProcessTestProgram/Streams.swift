import Glibc
import Multiprocessing

let streamScenarios: Scenarios = [
    "capture": capture,
    "capture-much": captureMuch,
    "capture-cancelled": captureCancelled,
    "not-captured": notCaptured,
    "too-much": tooMuch,
    "lines": lineEnds,
    "files": files,
    "environment": environment,
    "folder": folder,
    "scope": scope,
    "scope-unread": scopeUnread,
    "scope-cancelled": scopeCancelled,
    "signal": signal,
    "closed-streams": closedStreams,
]

/// Numbered lines, and on standard error how many there were.
struct Numbers: ProcessTarget {
    let count: Int
    func run() async throws {
        for number in 0..<count { print("line \(number)") }
        fflush(nil)
        complain("\(count) lines")
    }
}

/// Bytes as they are.
struct Write: ProcessTarget {
    let text: String
    func run() async throws { print(text, terminator: "") }
}

/// What is in the environment and where the process is.
struct Surroundings: ProcessTarget {
    var names: [String] = []
    func run() async throws {
        for name in names { say("\(name)=\(getenv(name).map { String(cString: $0) } ?? "unset")") }
        let folder = getcwd(nil, 0).map { String(cString: $0) } ?? "none"
        // The shell adds variables of its own.
        guard let command = popen("env | grep -vc -e '^PWD=' -e '^_=' -e '^SHLVL='", "r") else { return }
        say("folder \(folder), variables \(lines(command)[0])")
    }
}

func complain(_ line: String) { _ = "\(line)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) } }

private let captured = ChildProcess.Configuration(standardOutput: .captured, standardError: .captured)

extension AsyncSequence {
    func all() async throws -> [Element] {
        var all: [Element] = []
        for try await element in self { all.append(element) }
        return all
    }
}

@Sendable private func capture() async throws {
    try await withChildProcess(Numbers(count: 3), configuration: captured) { child in
        say("\(try await child.standardOutput.lines.all()) \(try await child.standardError.lines.all())")
    }
}

/// The child waits while nobody reads; then all comes.
@Sendable private func captureMuch() async throws {
    try await withChildProcess(Numbers(count: 200_000), configuration: .init(standardOutput: .captured, standardError: .discarded)) { child in
        say("ended unread: \(try await child.join(timeout: .milliseconds(50)))")
        let lines = try await child.standardOutput.lines.all()
        say("\(lines.count) lines, in order: \(lines.enumerated().allSatisfy { $1 == "line \($0)" })")
    }
}

/// A reader that is cancelled takes nothing away.
@Sendable private func captureCancelled() async throws {
    try await withChildProcess(Echo(), configuration: .init(standardOutput: .captured, standardError: .discarded)) { child in
        let output = try child.standardOutput
        let reading = Task { for try await line in output.lines { say("too early: \(line)") } }
        reading.cancel()
        do { try await reading.value } catch { say("\(type(of: error))") }
        say("waiting")
        say("\(try await output.lines.all())")
    }
}

@Sendable private func notCaptured() async throws {
    let child = try ChildProcess(Say(text: "said"))
    do { _ = try child.standardOutput } catch { say("\(error)") }
    try await child.start()
    try await child.join()
    do { _ = try child.standardError } catch { say("\(error)") }
}

@Sendable private func tooMuch() async throws {
    do {
        _ = try await withChildProcess(Numbers(count: 200_000), configuration: .init(standardOutput: .captured)) {
            try await $0.standardOutput.collect(upTo: 1_000)
        }
    } catch {
        say("\(error)")
    }
    say("left: \(ChildProcess.active.count)")
}

@Sendable private func lineEnds() async throws {
    for text in ["a\r\nb\n\nc", "", "\n", "no end", "\r\n"] {
        let lines = try await withChildProcess(Write(text: text), configuration: captured) { try await $0.standardOutput.lines.all() }
        say("\(lines)")
    }
}

@Sendable private func files() async throws {
    let path = "/tmp/ProcessTestProgram-\(getpid())"
    defer { unlink(path) }
    func show() { say("\(lines(path))") }
    try await withChildProcess(Numbers(count: 2), configuration: .init(standardOutput: .file(path), standardError: .standardOutput)) { _ in }
    show()
    let appending = ChildProcess.Configuration(standardOutput: .discarded, standardError: .file(path, appending: true))
    try await withChildProcess(Numbers(count: 1), configuration: appending) { _ in }
    show()
    try await withChildProcess(Echo(), configuration: .init(standardInput: .file(path), standardError: .discarded)) { _ in }
    try await withChildProcess(Echo(), configuration: .init(standardInput: .empty, standardError: .discarded)) { _ in }
    try await withChildProcess(Numbers(count: 1), configuration: .init(standardOutput: .file(path), standardError: .discarded)) { _ in }
    show()
    do {
        try await ChildProcess(Say(text: "never"), configuration: .init(standardOutput: .file("/nowhere/file"))).start()
    } catch {
        say("\(error)".split(separator: "/").last.map(String.init) ?? "")
    }
}

@Sendable private func environment() async throws {
    setenv("KEPT", "old", 1)
    setenv("CHANGED", "old", 1)
    setenv("REMOVED", "old", 1)
    let surroundings = Surroundings(names: ["KEPT", "CHANGED", "REMOVED", "ADDED"])
    let changes: [String: String?] = ["CHANGED": "new", "REMOVED": nil, "ADDED": "a=b"]
    try await withChildProcess(surroundings, configuration: .init(environment: .inherited.updating(changes))) { _ in }
    let alone = ChildProcess.Configuration.Environment.replaced(by: ["PATH": "/usr/bin:/bin", "KEPT": "only"])
    try await withChildProcess(surroundings, configuration: .init(environment: alone)) { _ in }
}

@Sendable private func folder() async throws {
    let elsewhere = ChildProcess.Configuration(environment: .replaced(by: ["PATH": "/bin"]), workingDirectory: "/usr")
    try await withChildProcess(Surroundings(), configuration: elsewhere) { _ in }
    do {
        try await ChildProcess(Surroundings(), configuration: .init(workingDirectory: "/nowhere")).start()
    } catch {
        say("\(error)".split(separator: "ProcessTestProgram").last.map(String.init) ?? "")
    }
}

@Sendable private func scope() async throws {
    let status = try await withChildProcess(Exit(status: 7)) { child in child }.exitStatus
    say("\(status.map { "\($0)" } ?? "nil")")
    var kept: ChildProcess?
    do {
        try await withChildProcess(Sleep()) { child in
            kept = child
            throw TestError("the body has failed")
        }
    } catch {
        say("\(error): \(kept?.exitStatus.map { "\($0)" } ?? "nil")")
    }
}

/// A child that writes more than its scope reads.
@Sendable private func scopeUnread() async throws {
    let child = try await withChildProcess(Numbers(count: 200_000), configuration: captured) { child in
        for try await line in try child.standardOutput.lines {
            say(line)
            break
        }
        return child
    }
    say("\(child.exitStatus.map { "\($0)" } ?? "nil")")
}

@Sendable private func scopeCancelled() async throws {
    let (children, started) = AsyncStream.makeStream(of: ChildProcess.self)
    let task = Task {
        try await withChildProcess(Sleep()) { child in
            _ = started.yield(child)
        }
    }
    var iterator = children.makeAsyncIterator()
    guard let child = await iterator.next() else { return }
    task.cancel()
    do { try await task.value } catch { say("\(type(of: error)): \(child.exitStatus.map { "\($0)" } ?? "nil")") }
}

@Sendable private func signal() async throws {
    let child = try await withChildProcess(Sleep()) { child in
        child.send(signal: SIGUSR2)
        return child
    }
    say("\(child.exitStatus.map { "\($0)" } ?? "nil")")
    child.send(signal: SIGUSR2)
}

/// New descriptors get the numbers of standard streams that are closed.
@Sendable private func closedStreams() async throws {
    close(STDIN_FILENO)
    close(STDOUT_FILENO)
    let lines = try await withChildProcess(Numbers(count: 2), configuration: captured) { child in
        try await child.standardOutput.lines.all() + child.standardError.lines.all()
    }
    complain("\(lines)")
}
