import ArgumentParser
import Logging
import ManagerServer
import Multiprocessing
import UnixSignals

/// `manager serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a manager's server.",
        discussion: """
            Prints one line on standard output when it accepts connections, `listening on ADDRESS`, and logs to standard error. \
            The types that Python's SyncManager registers are there by default.

            Example: manager serve --address 0.0.0.0:5000 --authkey-file key --register get_task=Queue --register get_result=Queue
            """)

    @Option(help: ArgumentHelp("Where to listen; with port 0, any free one.", valueName: "HOST:PORT|unix:PATH"))
    var address: String

    @OptionGroup var access: AccessOptions

    @OptionGroup var tls: ServeTLSOptions

    @Option(help: ArgumentHelp(
        "Add a line (JSON) to this file for all that peers do: who did what to which object, and when; no values.", valueName: "file"))
    var audit: String?

    @Option(help: ArgumentHelp(
        """
        Make one object of this type, shared by all who ask for the name; with the type's options, if any, as a JSON object: \
        'jobs=WorkQueue{"max_deliveries": 3}'. May be given several times.
        """,
        valueName: "NAME=TYPE"))
    var register: [String] = []

    @Option(
        help: ArgumentHelp(
            "Whose repr and error texts peers get, from 2.7 to 3.14 (default: those of each peer's own Python, as far as the server can tell).",
            valueName: "VERSION"),
        transform: Self.version)
    var python: PythonVersion?

    @Flag(name: .customLong("refuse-md5"), help: "Refuse peers that authenticate by HMAC-MD5, as Python 3.11 and earlier do, which know nothing else.")
    var refuseMD5 = false

    @Flag(
        help: """
            What a client took from a JoinableQueue and did not say to be done (task_done) when its connection ended is delivered again. \
            For clients whose threads call task_done for what they took themselves.
            """)
    var redeliver = false

    @Option(help: ArgumentHelp(
        "How long a client may give no sign of life over TCP before what it holds is given back.", valueName: "seconds"))
    var peerTimeout = 60.0

    @Flag(help: ArgumentHelp(
        "Let Lock, RLock, Semaphore, BoundedSemaphore and Condition be robust: they belong to the session that acquired them, and its end releases them."))
    var robustLocks = false

    @Option(help: "How many threads serve connections (default: one for each processor).")
    var threads: Int?

    @OptionGroup(title: "Limits") var limits: LimitOptions

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
        guard peerTimeout >= 1, peerTimeout <= 86_400 else { throw ValidationError("--peer-timeout must be from 1 to 86400") }
    }

    func run() async throws {
        let registry = try registry()
        var configuration = ServerConfiguration(
            address: try ManagerAddress(parsing: address), access: try access.read(names: registry.typeIDs))
        configuration.tls = tls.server
        configuration.auditLog = audit
        configuration.backlog = 4_096
        configuration.allowsMD5 = !refuseMD5
        configuration.python = python
        configuration.threads = threads
        configuration.peerTimeout = .seconds(peerTimeout)
        limits.apply(to: &configuration)
        let (settings, command) = (configuration, self)
        let logger = Logger(label: "manager") { StreamLogHandler.standardError(label: $0) }
        try await Signals.untilRequested {
            let server = try await ManagerServer(registry, configuration: settings, logger: logger)
            let hangUps = await command.hangUps()
            StandardStreams.output("listening on \(server.address)\n")
            let reloading = Task { for await _ in hangUps { command.reload(server, names: registry.typeIDs, logger) } }
            await server.waitForShutdownRequest()
            reloading.cancel()
            await server.shutdown()
        }
    }

    /// SIGHUP, when there is something to be read again; else it ends the command, as ever.
    private func hangUps() async -> AsyncStream<Void> {
        guard access.areReloadable || tls.server != nil || audit != nil else { return AsyncStream { $0.finish() } }
        let signals = await UnixSignalsSequence(trapping: .sighup)
        return AsyncStream { continuation in
            let task = Task { for await _ in signals { continuation.yield() } }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Reads keys, grants and certificates again, and opens the audit log again. What cannot be read leaves in force what is.
    private func reload(_ server: ManagerServer, names: [String], _ logger: Logger) {
        server.reopenAuditLog()
        do {
            if access.areReloadable { server.replaceAccess(with: try access.read(names: names)) }
            if let tls = tls.server { try server.replaceTLS(with: tls) }
            logger.notice("what could be read again has been")
        } catch {
            logger.error("nothing has changed: \((error as? Failure)?.message ?? "\(error)")")
        }
    }

    private func registry() throws -> Registry {
        var registry = Registry.standard
        if robustLocks { registry.useRobustLocks() }
        registry.registerQueues(QueueSettings(limits: limits.queues, joinableQueuesRedeliver: redeliver))
        for entry in register { try SharedRegistration(entry).register(in: &registry) }
        return registry
    }

    /// `2.7`, or `3.6` to `3.14`.
    private static func version(_ text: String) throws -> PythonVersion {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        if numbers.count == 2, let major = numbers[0], let minor = numbers[1] {
            let version = PythonVersion(major, minor)
            if version == .python2 || (PythonVersion(3, 6)...PythonVersion.latest).contains(version) { return version }
        }
        throw ValidationError("known versions are 2.7 and 3.6 to \(PythonVersion.latest)")
    }
}
