import Glibc
import Synchronization

/// A process that runs a target: CPython's `multiprocessing.Process` with the start method `spawn`.
///
/// It is this program started again, so the program's `main()` must be that of `MultiprocessingProgram` or begin with
/// `ProcessBootstrap.runChildIfSpawned()`. Its arguments are those of this process; its standard streams, environment and folder, too, unless
/// its ``Configuration`` says otherwise. Of this process's other files it has none.
///
/// A process is made, started once, and then joined; ``withChildProcess(_:name:daemon:configuration:isolation:_:)`` does it around a body. It goes on
/// if nobody keeps the `ChildProcess`.
public final class ChildProcess: Sendable {
    private enum State {
        case new
        case starting
        case running(pid_t, ProcessLink)
        case ended(pid_t, ExitStatus)
    }

    /// What a process that its parent works with does.
    enum Event: Sendable {
        case reported([UInt8])
        case ended(ExitStatus)
    }

    /// What it is called in messages: as given, or `Process-1`, `Process-2`, …, and `Process-1:1` for the first child of the first.
    public let name: String
    /// Whether it is terminated when this process ends, in whatever way, instead of being joined.
    public var isDaemon: Bool { role.isDaemon }

    let role: Role
    private let preparation: ChildPreparation
    private let executable: String?
    private let configuration: Configuration
    private let observe: @Sendable (Event) -> Void
    private let state = Mutex(State.new)
    private let captured = Mutex<(output: CapturedOutput?, error: CapturedOutput?)>((nil, nil))
    private let bootstrapped = OneShot<Result<Void, ProcessError>>()
    private let reported = OneShot<Result<[UInt8], ProcessError>>()
    private let ended = OneShot<ExitStatus>()

    /// Makes a process that will run the target; its fields are encoded now.
    ///
    /// - Parameters:
    ///   - target: What it runs.
    ///   - name: What it is called in messages.
    ///   - daemon: Whether it is terminated when this process ends, `kill -9` included, instead of being joined.
    ///   - configuration: Its standard streams, environment and folder.
    /// - Throws: `ProcessError` (`unsendableTarget`) when a field cannot be encoded, or the child could not find the target's type by its name.
    public convenience init(
        _ target: some ProcessTarget, name: String? = nil, daemon: Bool = false, configuration: Configuration = Configuration()
    ) throws {
        try self.init(target, name: name, role: daemon ? .daemon : .ordinary, configuration: configuration)
    }

    /// - Parameters:
    ///   - prefix: What the name begins with when none is given; the identity follows.
    ///   - executable: Another program than this one, which has the target's type and does the bootstrap.
    package convenience init(
        _ target: some ProcessTarget, name: String? = nil, prefix: String = "Process", role: Role,
        executable: String? = nil, configuration: Configuration = Configuration()
    ) throws(ProcessError) {
        try self.init(target, name: name, prefix: prefix, role: role, executable: executable, configuration: configuration) { _ in }
    }

    /// - Parameter observe: Is told of each report and of the end, in this order, by the thread that sees the process through.
    init(
        _ target: some ProcessTarget, name: String? = nil, prefix: String, role: Role, executable: String? = nil,
        configuration: Configuration, observe: @escaping @Sendable (Event) -> Void
    ) throws(ProcessError) {
        let identity = CurrentProcess.nextChildIdentity()
        self.name = name ?? "\(prefix)-\(identity.map(String.init).joined(separator: ":"))"
        self.role = role
        self.executable = executable
        self.configuration = configuration
        self.observe = observe
        preparation = ChildPreparation(
            identity: identity, name: self.name, role: role, parentID: getpid(),
            authkey: CurrentProcess.authkey, allowsCoreDumps: configuration.allowsCoreDumps, target: try EncodedTarget(target))
    }
}

extension ChildProcess {
    /// The children of this process that have been started and have not ended: CPython's `active_children()`.
    public static var active: [ChildProcess] { ActiveChildren.all.filter(\.isAlive) }

    /// The number of the process; nil before it is started.
    public var pid: Int32? {
        state.withLock { state in
            switch state {
            case .new, .starting: nil
            case .running(let pid, _), .ended(let pid, _): pid
            }
        }
    }

    /// How the process is doing or how it ended; nil before it is started.
    public var exitStatus: ExitStatus? {
        collect()
        return state.withLock { state in
            switch state {
            case .new, .starting: nil
            case .running: .running
            case .ended(_, let status): status
            }
        }
    }

    /// Whether the process has been started and has not ended.
    public var isAlive: Bool { exitStatus == .running }

    /// What the process writes to its standard output, if its configuration says `.captured` and it has been started.
    ///
    /// - Throws: `ProcessError` (`notCaptured`) otherwise.
    public var standardOutput: CapturedOutput {
        get throws { try captured.withLock { $0.output } ?? notCaptured("standardOutput") }
    }

    /// What the process writes to its standard error, if its configuration says `.captured` and it has been started.
    ///
    /// - Throws: `ProcessError` (`notCaptured`) otherwise.
    public var standardError: CapturedOutput {
        get throws { try captured.withLock { $0.error } ?? notCaptured("standardError") }
    }

    private func notCaptured(_ stream: String) throws(ProcessError) -> CapturedOutput {
        throw ProcessError(.notCaptured, """
            there is no \(stream) of \(name) to read: give it a Configuration(\(stream): .captured), and start it first
            """)
    }

    /// Asks the process to end (SIGTERM). Does nothing if it is not running.
    public func terminate() { send(signal: SIGTERM) }

    /// Ends the process at once (SIGKILL). Does nothing if it is not running.
    public func kill() { send(signal: SIGKILL) }

    /// Sends a signal. Does nothing if the process is not running.
    ///
    /// - Parameter signal: Its number, such as `SIGINT`.
    // The number cannot be that of another process: it is given back only under the same lock, by `collect()`.
    public func send(signal: Int32) {
        state.withLock { state in
            if case .running(let pid, _) = state { _ = Glibc.kill(role.hasOwnGroup ? -pid : pid, signal) }
        }
    }

    /// Waits until the process has ended.
    ///
    /// - Throws: `ProcessError` (`notStarted`); `CancellationError` when this task is cancelled, which leaves the process running.
    public func join() async throws {
        try requireStarted()
        _ = try await ended.value()
    }

    /// Waits until the process has ended, but not longer than the timeout.
    ///
    /// - Returns: Whether it has ended.
    /// - Throws: As `join()`.
    @discardableResult
    public func join(timeout: Duration) async throws -> Bool {
        try requireStarted()
        guard isAlive else { return true }
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await self.join(); return true }
            group.addTask { try await Task.sleep(for: timeout); return false }
            return try await group.next() ?? false
        }
    }

    private func requireStarted() throws(ProcessError) {
        if pid == nil { throw ProcessError(.notStarted, "\(name) cannot be joined: it has not been started") }
    }

    /// Notes the end of the process if it has come.
    private func collect() {
        let status: ExitStatus? = state.withLock { state in
            guard case .running(let pid, _) = state else { return nil }
            let status = ExitStatus.collect(pid)
            guard status != .running else { return nil }
            state = .ended(pid, status)
            return status
        }
        if let status { ended.set(status) }
    }
}

extension ChildProcess {
    /// Starts the process and waits until it is about to run its target.
    ///
    /// - Throws: `BootstrapError` when this program would not run the target; `ProcessError` when the process was started before, when
    ///   the operating system refuses, or when the child fails before its target runs; `CancellationError` when this task is cancelled,
    ///   and then the process is killed.
    public func start() async throws {
        try ProcessBootstrap.requireDone(toStart: executable)
        if CurrentProcess.isDaemon && role == .ordinary {
            throw ProcessError(.daemonHasNoChildren, "a daemon process cannot start \(name), which would outlive it: make it a daemon too")
        }
        try beginStarting()
        try spawn()
        try await withTaskCancellationHandler {
            try await bootstrapped.value().get()
        } onCancel: {
            kill()
        }
    }

    private func beginStarting() throws(ProcessError) {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isNew else { throw ProcessError(.alreadyStarted, "\(name) cannot be started twice: make another ChildProcess") }
    }

    private func spawn() throws(ProcessError) {
        do {
            let (own, childs) = try ProcessLink.pair()
            let streams = try StandardStreams(configuration)
            let spawn = Spawn(
                executable: executable ?? Executable.path, ownProcessGroup: role.hasOwnGroup, environment: configuration.environment,
                workingDirectory: configuration.workingDirectory)
            let pid = try spawn(childs, streams)
            captured.withLock { $0 = (streams.output, streams.error) }
            state.withLock { $0 = .running(pid, own) }
            ActiveChildren.insert(self)
            try BlockingThread.run { self.supervise(pid, own) }
        } catch {
            abandon()
            throw error
        }
    }

    /// Leaves nothing behind of a start that failed half-way; it can be tried again.
    private func abandon() {
        kill()
        let pid = pid
        state.withLock { $0 = .new }
        ActiveChildren.remove(self)
        if let pid { _ = waitpid(pid, nil, 0) }
    }

    /// Sees the child through, on a thread of its own, from its preparation to its end.
    private func supervise(_ pid: pid_t, _ link: ProcessLink) {
        link.send(preparation.message)
        var reader = LinkReader(link)
        while let report = reader.receive().flatMap({ ChildReport($0) }) { note(report) }
        if bootstrapped.current == nil { kill() }
        ExitStatus.awaitEnd(of: pid)
        // What a worker's task has started ends with the worker, however that ended.
        if role == .worker { kill() }
        collect()
        ActiveChildren.remove(self)
        noteEnd()
    }

    private func note(_ report: ChildReport) {
        switch report {
        case .bootstrapped: bootstrapped.set(.success(()))
        case .value(let bytes):
            reported.set(.success(bytes))
            observe(.reported(bytes))
        case .failure(let text):
            let error = ProcessError(.cannotStart, "\(name) could not be started: \(text)")
            bootstrapped.set(.failure(error))
            reported.set(.failure(error))
        }
    }

    /// Answers who still waits for a report.
    private func noteEnd() {
        let status = ended.current ?? .lost
        let hint = if case .exited = status { ": its main() must begin with the bootstrap, see BootstrapError" } else { "" }
        bootstrapped.set(.failure(ProcessError(.noReport, "\(name) \(status) before it ran its target\(hint)")))
        reported.set(.failure(ProcessError(.noReport, "\(name) \(status) without a report")))
        observe(.ended(status))
    }
}

extension ChildProcess {
    /// Waits for what the child gives to `ParentLink.report(_:)`.
    ///
    /// - Throws: `ProcessError` with the child's error, or `noReport` when it ended without one; `CancellationError` when this task is cancelled.
    package func firstReport() async throws -> [UInt8] {
        try requireStarted()
        return try await reported.value().get()
    }

    /// Sends the child what its `ParentLink.messages` gives it. Only one caller may send at a time.
    func send(_ message: LinkMessage) {
        if let link = link { link.send(message) }
    }

    private var link: ProcessLink? {
        state.withLock { state in if case .running(_, let link) = state { link } else { nil } }
    }

    /// Tells the child that this process has no more use for it, as if this process had ended.
    package func hangUp() { link?.finishSending() }
}
