@_exported public import ManagerConnection
@_exported public import Pickle
import Synchronization

/// Shared objects in a server process, used through proxies. Python's `BaseManager`; with the ``StandardTypes``, its `SyncManager`.
///
/// A manager either starts a server process of its own (``start()``) or uses one that is there (``connect()``):
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
public final class Manager: Sendable {
    private enum State {
        case new
        case starting
        /// A server of its own.
        case started(ChildProcess, ManagerClient, PrivateFolder?)
        /// Another's server.
        case connected(ManagerClient)
        case shutDown
    }

    private let definition: any ManagerDefinition.Type
    private let requestedAddress: ManagerAddress?
    private let authkey: AuthenticationKey
    private let configuration: ManagerConfiguration
    private let state = Mutex(State.new)

    /// A manager that has neither started nor connected yet.
    ///
    /// - Parameters:
    ///   - definition: what its server offers. For ``connect()`` it does not matter.
    ///   - address: where the server listens or is; `nil` for a private unix socket, which only ``start()`` can make.
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
            guard case .started(let process, let client, let folder) = state else { return }
            client.close()
            process.hangUp()
            folder?.remove()
        }
    }

    /// Where the server is; `nil` before it is known.
    public var address: ManagerAddress? { (try? client)?.address ?? requestedAddress }
}

// MARK: - Lifecycle

extension Manager {
    /// Starts a server process: this program started again, which must therefore be a ``MultiprocessingProgram``.
    ///
    /// - Throws: ``BootstrapError`` when it is not, or has not come so far; ``ProcessError`` when the server cannot listen;
    ///   ``ManagerError`` when the manager is running already or has been shut down.
    public func start() async throws {
        try begin()
        do {
            try await startServer()
        } catch {
            state.withLock { $0 = .new }
            throw error
        }
    }

    private func begin() throws(ManagerError) {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isNew else { throw ManagerError(.alreadyRunning, "this manager has been started or connected before: make another Manager") }
    }

    private func startServer() async throws {
        let folder = requestedAddress == nil ? try PrivateFolder() : nil
        do {
            let address = requestedAddress ?? .unix(folder?.socketPath ?? "")
            let target = try ServerProcess(definition, address: address, authkey: authkey, folder: folder)
            let process = try ChildProcess(target, prefix: "Manager", role: .server)
            try await process.start()
            let report = String(decoding: try await process.firstReport(), as: UTF8.self)
            let client = ManagerClient.shared(address: try ManagerAddress(parsing: report), authkey: authkey, configuration: configuration)
            state.withLock { $0 = .started(process, client, folder) }
        } catch {
            folder?.remove()
            throw error
        }
    }

    /// Connects to a server that is there, of this kind or CPython's.
    ///
    /// - Throws: ``ManagerError`` when nobody listens at the address or the key is another.
    public func connect() async throws {
        guard let address = requestedAddress else {
            throw ManagerError(.cannotConnect, "connect() needs to be told the server's address: Manager(address: …)")
        }
        try begin()
        let client = ManagerClient.shared(address: address, authkey: authkey, configuration: configuration)
        do {
            _ = try await client.traits()
            state.withLock { $0 = .connected(client) }
        } catch {
            state.withLock { $0 = .new }
            throw error
        }
    }

    /// Ends the server process of a started manager, and every connection to it. Of a connected one, only this process's connections end.
    ///
    /// Calls that wait end with a ``ManagerError``. Does nothing when there is nothing to end.
    public func shutdown() async {
        let last = state.withLock { state in
            defer { if case .new = state {} else { state = .shutDown } }
            return state
        }
        switch last {
        case .started(let process, let client, let folder):
            client.close()
            process.hangUp()
            if (try? await process.join(timeout: .seconds(5))) != true { process.kill() }
            folder?.remove()
        case .connected(let client): client.close()
        case .new, .starting, .shutDown: break
        }
    }

    /// A server in this process instead of one of its own, at the manager's address.
    ///
    /// - Throws: `TransportError` when the address cannot be listened on.
    public func server() async throws -> RunningServer {
        guard let address = requestedAddress else {
            throw ManagerError(.cannotConnect, "a server in this process needs an address: Manager(address: …)")
        }
        return RunningServer(server: try await definition.makeServer(address: address, authkey: authkey))
    }

    var client: ManagerClient {
        get throws(ManagerError) {
            let client: ManagerClient? = state.withLock { state in
                switch state {
                case .started(_, let client, _), .connected(let client): client
                case .new, .starting, .shutDown: nil
                }
            }
            guard let client else { throw ManagerError(.notRunning, "the manager is not running: call start() or connect() first") }
            return client
        }
    }
}

/// Runs the body with a manager that has been started, and shuts it down afterwards, whatever happens. Python's `with Manager() as manager`.
public func withManager<Result>(
    _ definition: any ManagerDefinition.Type = StandardTypes.self, address: ManagerAddress? = nil,
    authkey: AuthenticationKey? = nil, configuration: ManagerConfiguration = ManagerConfiguration(), _ body: (Manager) async throws -> Result
) async throws -> Result {
    let manager = Manager(definition, address: address, authkey: authkey, configuration: configuration)
    try await manager.start()
    do {
        let result = try await body(manager)
        await manager.shutdown()
        return result
    } catch {
        await manager.shutdown()
        throw error
    }
}
