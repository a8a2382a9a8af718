@_exported public import ManagerConnection
public import ManagerServer
@_exported public import Pickle
import Synchronization

/// Shared objects in a server process, used through proxies. Python's `BaseManager`; with the ``StandardTypes``, its `SyncManager`.
///
/// A manager either starts a server process of its own (``start(initializer:configure:)``) or uses one that is there (``connect()``):
///
/// ```swift
/// try await withManager { manager in
///     let list = try await manager.list(0..<10)
///     try await list.reverse()
/// }
/// ```
///
/// The server process of a started manager ends with ``shutdown()``, when the manager is no longer used by anyone in this process,
/// and when this process ends, `kill -9` included.
///
/// ## States
///
/// | State     | `start()`, `connect()`     | `server()`                | objects and calls         | `shutdown()`              |
/// | --------- | -------------------------- | ------------------------- | ------------------------- | ------------------------- |
/// | new       | → starting                 | makes a server; stays new | error `notRunning`        | nothing; stays new        |
/// | starting  | error `alreadyRunning`     | error `alreadyRunning`    | error `notRunning`        | `start()` throws; → shut down |
/// | running   | error `alreadyRunning`     | error `alreadyRunning`    | work                      | calls in flight throw; → shut down |
/// | shut down | error `notRunning`         | error `notRunning`        | error `notRunning`        | waits for the first one   |
///
/// From *starting* a manager comes to *running*, or back to *new* when it fails or its task is cancelled. The end of the server does not change
/// the state: calls then throw a ``ManagerError``, and ``shutdown()`` tidies up. Every error is a ``ManagerError`` with that code.
public final class Manager: Sendable {
    private let definition: any ManagerDefinition.Type
    private let requestedAddress: ManagerAddress?
    private let authkey: AuthenticationKey
    private let configuration: ManagerConfiguration
    private let state = Mutex(ManagerState.new)

    /// A manager that has neither started nor connected yet.
    ///
    /// - Parameters:
    ///   - definition: what its server offers. For ``connect()`` it does not matter.
    ///   - address: where the server listens or is; `nil` for a private unix socket, which only ``start(initializer:configure:)`` can make.
    ///   - authkey: what every client must know; `nil` for this process's own key, which its children have, too.
    ///   - configuration: how this process uses the server.
    public init(
        _ definition: any ManagerDefinition.Type = StandardTypes.self, address: ManagerAddress? = nil,
        authkey: AuthenticationKey? = nil, configuration: ManagerConfiguration = ManagerConfiguration()
    ) {
        self.definition = definition
        requestedAddress = address
        self.authkey = authkey ?? AuthenticationKey(CurrentProcess.authkey)
        self.configuration = configuration
    }

    deinit {
        state.withLock { state in
            if case .running(let inUse) = state, inUse.process != nil { inUse.abandon() }
        }
    }

    /// Where the server is; `nil` before it is known.
    public var address: ManagerAddress? { (try? client)?.address ?? requestedAddress }

    /// Runs tasks on the thread of this process's connections to the server. A call then changes threads twice, to the server and back, not
    /// four times: it takes half as long.
    ///
    /// <!-- given: manager: Manager, dictionary: DictionaryProxy<Int, Int> -->
    /// ```swift
    /// try await withTaskExecutorPreference(try manager.taskExecutor) {
    ///     for key in 0..<1_000 { try await dictionary.setValue(key, forKey: key) }
    /// }
    /// ```
    ///
    /// It is for tasks that make many calls and do little else. All of them share one thread with the connections: one that computes or blocks
    /// there holds up the others and their replies.
    ///
    /// - Throws: ``ManagerError`` of code `notRunning`.
    public var taskExecutor: any TaskExecutor {
        get throws(ManagerError) { try client.executor }
    }
}

// MARK: - Lifecycle

extension Manager {
    /// Starts a server process: this program started again, which must therefore be a ``MultiprocessingProgram``.
    ///
    /// - Parameters:
    ///   - initializer: runs in the server's process before it serves, as Python's `start(initializer, initargs)`: its fields are the
    ///     arguments. An error of it ends the start.
    ///   - configure: changes how the server runs: its limits, its keys, TLS, an audit log. This process must be able to use the server still: one with
    ///     TLS needs the ``ManagerConfiguration/tls`` of its client, and grants must hold the manager's key.
    /// - Throws: ``BootstrapError`` when it is not, or has not come so far; ``ProcessError`` when the server cannot listen, or use its files, or with
    ///   the initializer's error; what `configure` throws; ``ManagerError`` when the manager is running already, has been shut down, or is shut down meanwhile;
    ///   `CancellationError`. No process is left behind then.
    public func start(
        initializer: (any ProcessTarget)? = nil, configure: (inout ServerConfiguration) throws -> Void = { _ in }
    ) async throws {
        let folder = requestedAddress == nil ? try PrivateFolder() : nil
        do {
            let address = requestedAddress ?? .unix(folder?.socketPath ?? "")
            let configuration = try serverConfiguration(at: address, configure)
            try await begin { try await self.startServer(configuration, initializer, folder) }
        } catch {
            folder?.remove()
            throw error
        }
    }

    /// Connects to a server that is there, of this kind or CPython's.
    ///
    /// - Throws: ``ManagerError`` when nobody listens at the address or the key is another, and as ``start(initializer:configure:)``.
    public func connect() async throws {
        guard let address = requestedAddress else {
            throw ManagerError(.cannotConnect, "connect() needs to be told the server's address: Manager(address: …)")
        }
        try await begin {
            let client = self.client(at: address)
            // What is known of the server may be from before: as in CPython, it must answer now.
            _ = try await client.callServer("dummy")
            return ManagerInUse(client: client)
        }
    }

    /// Goes from new to running by way of starting.
    private func begin(_ open: @escaping @Sendable () async throws -> ManagerInUse) async throws {
        let opening = try state.withLock { state throws(ManagerError) in
            if let objection = state.objectionToBeginning { throw objection }
            let opening = Task { try await open() }
            state = .starting(opening)
            return opening
        }
        let result = await withTaskCancellationHandler { await opening.result } onCancel: { opening.cancel() }
        try state.withLock { state throws(ManagerError) in
            guard case .starting = state else { throw ManagerError(.notRunning, "the manager was shut down while it started") }
            if case .success(let inUse) = result { state = .running(inUse) } else { state = .new }
        }
        _ = try result.get()
    }

    private func startServer(
        _ configuration: ServerConfiguration, _ initializer: (any ProcessTarget)?, _ folder: PrivateFolder?
    ) async throws -> ManagerInUse {
        let target = try ServerProcess(definition, configuration, folder: folder, initializer: initializer)
        let process = try ChildProcess(target, prefix: "Manager", role: .server)
        return ManagerInUse(client: try await listen(process), process: process, folder: folder)
    }

    /// How a server of this manager runs, one in this process as well as one of its own.
    private func serverConfiguration(
        at address: ManagerAddress, _ configure: (inout ServerConfiguration) throws -> Void
    ) rethrows -> ServerConfiguration {
        var settings = ServerConfiguration(address: address, authkey: authkey)
        settings.peerTimeout = configuration.peerTimeout
        try configure(&settings)
        return settings
    }

    /// Starts the process and waits until it listens.
    private func listen(_ process: ChildProcess) async throws -> ManagerClient {
        // A `do` with a `catch` that waits makes the optimizer of Swift 6.3.1 crash here.
        let result = await Result {
            try await process.start()
            return client(at: try ManagerAddress(parsing: String(decoding: try await process.firstReport(), as: UTF8.self)))
        }
        if case .failure = result { await process.killAndJoin() }
        return try result.get()
    }

    private func client(at address: ManagerAddress) -> ManagerClient {
        ManagerClient.shared(address: address, authkey: authkey, configuration: configuration)
    }

    /// Ends the server process of a started manager, and every connection to it. Of a connected one, only this process's connections end.
    ///
    /// Calls in flight end with a ``ManagerError``. When it returns, the server's process has ended: one that does not end in order within five
    /// seconds is killed. Several tasks may call it, and cancelling one does not cut it short. A new manager stays new.
    public func shutdown() async {
        let ending: Task<Void, Never>? = state.withLock { state in
            let ending: Task<Void, Never>
            switch state {
            case .new: return nil
            case .shutDown(let begun): return begun
            case .running(let inUse): ending = Task { await inUse.end() }
            case .starting(let opening):
                opening.cancel()
                ending = Task { await (try? opening.value)?.end() }
            }
            state = .shutDown(ending)
            return ending
        }
        await ending?.value
    }

    /// A server in this process instead of one of its own, at the manager's address (`get_server()`). The manager itself stays new: to use the
    /// server's objects here, too, connect another one.
    ///
    /// - Parameter configure: changes how the server runs: its limits, its keys, TLS, an audit log.
    /// - Throws: `TransportError` when the address cannot be listened on; `TLSError`, `AuditError` when a file cannot be used; ``ManagerError`` when
    ///   the manager has no address or is not new; what `configure` throws.
    public func server(configure: (inout ServerConfiguration) throws -> Void = { _ in }) async throws -> RunningServer {
        guard let address = requestedAddress else {
            throw ManagerError(.cannotConnect, "a server in this process needs an address: Manager(address: …)")
        }
        if let objection = state.withLock({ $0.objectionToBeginning }) { throw objection }
        return RunningServer(try await definition.makeServer(serverConfiguration(at: address, configure)))
    }

    var client: ManagerClient {
        get throws(ManagerError) {
            try state.withLock { state throws(ManagerError) in
                guard case .running(let inUse) = state else { throw state.objectionToUse }
                return inUse.client
            }
        }
    }
}

/// Runs the body with a manager that has been started, and shuts it down afterwards, whatever happens. Python's `with Manager() as manager`.
///
/// - Parameters:
///   - definition: what its server offers.
///   - address: where the server listens; `nil` for a private unix socket.
///   - authkey: what every client must know; `nil` for this process's own key, which its children have, too.
///   - configuration: how this process uses the server.
///   - initializer: runs in the server's process before it serves.
///   - configure: changes how the server runs.
///   - isolation: where the body runs; the caller's, unless told otherwise.
///   - body: uses the manager.
/// - Returns: what the body returns.
/// - Throws: what ``Manager/start(initializer:configure:)`` throws, and what the body throws.
public func withManager<Result>(
    _ definition: any ManagerDefinition.Type = StandardTypes.self, address: ManagerAddress? = nil,
    authkey: AuthenticationKey? = nil, configuration: ManagerConfiguration = ManagerConfiguration(), initializer: (any ProcessTarget)? = nil,
    configure: (inout ServerConfiguration) throws -> Void = { _ in }, isolation: isolated (any Actor)? = #isolation, _ body: (Manager) async throws -> Result
) async throws -> Result {
    let manager = Manager(definition, address: address, authkey: authkey, configuration: configuration)
    try await manager.start(initializer: initializer, configure: configure)
    do {
        let result = try await body(manager)
        await manager.shutdown()
        return result
    } catch {
        await manager.shutdown()
        throw error
    }
}
