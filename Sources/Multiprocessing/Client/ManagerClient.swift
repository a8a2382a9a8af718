import ManagerConnection
import NIOCore
import NIOPosix
import Pickle
import Synchronization

/// This process's way to one manager's server.
///
/// Towards a server that carries many calls on a connection it is a ``ServerLink``. CPython's server answers a connection's requests one after the other:
/// there a call has a connection to itself while it lasts. Either way a call that waits holds up no other.
final class ManagerClient: Sendable {
    let address: ManagerAddress
    let authkey: AuthenticationKey
    let configuration: ManagerConfiguration
    let pool: SessionPool
    /// The thread of all its connections, for tasks that want to be where the replies arrive.
    let executor = EventLoopExecutor(MultiThreadedEventLoopGroup.singleton.next())

    private struct State {
        var isClosed = false
        var traits: ServerTraits?
        var link: ServerLink?
        var opening: OneShot<Result<ServerLink, any Error>>?
    }

    private let state = Mutex(State())

    init(address: ManagerAddress, authkey: AuthenticationKey, configuration: ManagerConfiguration) {
        self.address = address
        self.authkey = authkey
        self.configuration = configuration
        pool = SessionPool(maximumIdle: configuration.maximumIdleConnections)
    }

    static let closed = ManagerError(.notRunning, "the manager has been shut down")

    // MARK: What the server is

    /// What the server is. Asked until it has answered once.
    func traits() async throws -> ServerTraits {
        if let known = state.withLock({ $0.traits }) { return known }
        let question = try Wire.request(nil, "extensions", [], at: ServerTraits.question)
        let traits = try ServerTraits(answer: try await ask(question, CallLimit("extensions", timeout: configuration.connectTimeout)))
        state.withLock { $0.traits = traits }
        return traits
    }

    /// Puts one question, on a connection of its own.
    func ask(_ request: [UInt8], _ limit: CallLimit) async throws -> ByteBuffer {
        let connection = try await connect(limit)
        defer { connection.close() }
        return try await connection.request(request, limit)
    }

    // MARK: Connections

    private func connect(_ limit: CallLimit) async throws -> ClientConnection {
        guard !isClosed else { throw Self.closed }
        try limit.check()
        do {
            let timeout = limit.remaining(atMost: configuration.connectTimeout)
            return try await ClientConnection.open(
                to: address, authkey: authkey, tls: configuration.tls, on: executor.eventLoop, timeout: timeout, peerTimeout: configuration.peerTimeout)
        } catch where limit.hasPassed {
            throw limit.exceeded
        } catch where Task.isCancelled {
            throw CancellationError()
        }
    }

    /// A connection that carries one call at a time.
    func openSession(_ limit: CallLimit) async throws -> ClientConnection {
        try await reconnecting(limit) { try await self.open("accept_connection", limit).connection }
    }

    /// Connects, and opens a session by calling a function of the server.
    private func open(_ function: String, _ limit: CallLimit) async throws -> (connection: ClientConnection, answer: Fragment) {
        let version = try await traits().version
        let connection = try await connect(limit)
        do {
            let request = try Wire.request(nil, function, [try Fragment(.string(CurrentProcess.name))], at: version)
            return (connection, try Wire.reply(try await connection.request(request, limit)).value)
        } catch {
            connection.close()
            throw error
        }
    }

    /// Connects, again and again when the configuration says so.
    private func reconnecting<Value>(_ limit: CallLimit, _ open: () async throws -> Value) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await open()
            } catch let error as ManagerError where failures < configuration.reconnection.attempts && error.mayPass {
                try await pause(after: failures, limit)
                failures += 1
            }
        }
    }

    func pause(after failures: Int, _ limit: CallLimit) async throws {
        try await Task.sleep(for: limit.remaining(atMost: configuration.reconnection.pause(after: failures)))
        try limit.check()
    }

    // MARK: The link

    /// The way to a server that carries many calls on a connection; `nil` when it does not.
    func link(_ limit: CallLimit) async throws -> ServerLink? {
        if let link = openLink { return link }
        guard try await traits().isMultiplexed else { return nil }
        return try await limit.wait(for: opening()).get()
    }

    /// The link, when it is open.
    var openLink: ServerLink? {
        guard let link = state.withLock({ $0.link }), link.isActive else { return nil }
        return link
    }

    /// Opens the link, for all who need it now.
    private func opening() -> OneShot<Result<ServerLink, any Error>> {
        let (opening, isNew) = state.withLock { state in
            if let known = state.opening { return (known, false) }
            let new = OneShot<Result<ServerLink, any Error>>()
            state.opening = new
            return (new, true)
        }
        // Detached: the time of the call that happened to come first is not that of the others.
        if isNew { Task.detached { opening.set(await self.openedLink()) } }
        return opening
    }

    private func openedLink() async -> Result<ServerLink, any Error> {
        let result = await Result {
            if let link = openLink { return link }
            let main = try await reconnecting(CallLimit("connecting", timeout: nil)) { try await self.openMultiplexed() }
            return ServerLink(main) { try await self.openMultiplexed() }
        }
        let isClosed = state.withLock { state in
            state.opening = nil
            if case .success(let link) = result { state.link = link }
            return state.isClosed
        }
        guard isClosed, case .success(let link) = result else { return result }
        link.close()
        return .failure(Self.closed)
    }

    private func openMultiplexed() async throws -> MultiplexedConnection {
        do {
            let (connection, answer) = try await open("accept_multiplexed", CallLimit("connecting", timeout: configuration.connectTimeout))
            return MultiplexedConnection(connection, info: try answer.decode(), cancellationTimeout: configuration.cancellationTimeout)
        } catch is RemoteError {
            state.withLock { $0.traits = nil }
            throw ManagerError(.connectionLost, "the server at \(address) is of another kind than the one before")
        }
    }

    // MARK: The end

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Closes every connection; calls that wait end with an error.
    func close() {
        let (link, opening) = state.withLock { state in
            state.isClosed = true
            return (state.link, state.opening)
        }
        link?.close()
        opening?.set(.failure(Self.closed))
        pool.close()
    }
}

extension ManagerClient {
    private struct Key: Hashable {
        let address: ManagerAddress
        let authkey: [UInt8]
        let configuration: ManagerConfiguration
    }

    private static let shared = Mutex<[Key: ManagerClient]>([:])

    /// The client for a server, the same for all of this process that use it with one key and an equal configuration.
    static func shared(
        address: ManagerAddress, authkey: AuthenticationKey, configuration: ManagerConfiguration = ManagerConfiguration()
    ) -> ManagerClient {
        let key = Key(address: address, authkey: authkey.bytes, configuration: configuration)
        return shared.withLock { clients in
            if let known = clients[key], !known.isClosed { return known }
            let client = ManagerClient(address: address, authkey: authkey, configuration: configuration)
            clients[key] = client
            return client
        }
    }
}

extension ManagerError {
    /// Whether a server may be there later.
    fileprivate var mayPass: Bool { code == .cannotConnect || code == .connectionLost || code == .deadlineExceeded }
}
