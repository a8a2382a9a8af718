import ManagerConnection
import NIOCore
import Pickle
import Synchronization

/// This process's way to one manager's server: sessions that calls borrow, and what the server said it can do.
///
/// A call has a session to itself while it lasts, since CPython's server answers a session's requests one after the other;
/// a call that waits therefore holds up no other.
final class ManagerClient: Sendable {
    let address: ManagerAddress
    let authkey: AuthenticationKey

    private struct State {
        var idle: [ClientConnection] = []
        var busy: [ObjectIdentifier: ClientConnection] = [:]
        var isClosed = false
        var traits: ServerTraits?
        var control: Task<ClientConnection, any Error>?
    }

    private let state = Mutex(State())

    init(address: ManagerAddress, authkey: AuthenticationKey) {
        self.address = address
        self.authkey = authkey
    }

    static let connectTimeout = Duration.seconds(20)

    // MARK: Methods of objects

    /// Calls a method many times, without waiting for one reply before the next request is sent.
    ///
    /// - Throws: ``RemoteError``, ``ManagerError``, `CancellationError`: the first error, after all calls have been answered.
    func call(_ identifier: String, _ method: String, each arguments: [[Fragment]]) async throws {
        try await withSession { session in
            let requests = try arguments.map { try Wire.request(identifier, method, $0, at: session.version) }
            let replies = try await session.connection.requests(requests)
            for reply in replies { _ = try Wire.reply(reply) }
        }
    }

    /// A session that is one caller's own for a while: what it holds on the server, it holds by this session.
    struct Session {
        fileprivate let connection: ClientConnection
        /// What the server reads.
        fileprivate let version: PickleProtocol

        /// Calls a method.
        func reply(
            _ identifier: String, _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []
        ) async throws -> Wire.Reply {
            try Wire.reply(try await connection.request(try Wire.request(identifier, method, arguments, keywords, at: version)))
        }

        /// Calls a method that returns a value.
        func call(_ identifier: String, _ method: String, _ arguments: [Fragment]) async throws -> Fragment {
            try await reply(identifier, method, arguments).value
        }
    }

    /// Gives the body a session, which others may use afterwards.
    func withSession<Result>(_ body: (Session) async throws -> Result) async throws -> Result {
        let version = try await traits().version
        let connection = try await borrow()
        defer { giveBack(connection) }
        return try await body(Session(connection: connection, version: version))
    }

    private func borrow() async throws -> ClientConnection {
        while let idle = state.withLock({ $0.idle.popLast() }) {
            if idle.isActive { return try lend(idle) }
        }
        return try lend(try await openSession())
    }

    private func lend(_ session: ClientConnection) throws -> ClientConnection {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.busy[ObjectIdentifier(session)] = session }
            return !state.isClosed
        }
        guard isOpen else {
            session.close()
            throw Self.closed
        }
        return session
    }

    private func giveBack(_ session: ClientConnection) {
        state.withLock { state in
            if state.busy.removeValue(forKey: ObjectIdentifier(session)) != nil, session.isActive { state.idle.append(session) }
        }
    }

    private static let closed = ManagerError(.notRunning, "the manager has been shut down")

    private func openSession() async throws -> ClientConnection {
        guard !isClosed else { throw Self.closed }
        let version = try await traits().version
        let connection = try await ClientConnection.open(to: address, authkey: authkey, timeout: Self.connectTimeout)
        let name = try Fragment(.string(CurrentProcess.name))
        _ = try Wire.reply(try await connection.request(try Wire.request(nil, "accept_connection", [name], at: version)))
        return connection
    }

    // MARK: Functions of the server

    /// Calls a function of the server itself, on a connection of its own.
    func callServer(
        _ function: String, _ arguments: [Fragment] = [], _ keywords: [(name: String, value: Fragment)] = []
    ) async throws -> Fragment {
        let version = try await traits().version
        return try Wire.reply(try await ask(try Wire.request(nil, function, arguments, keywords, at: version))).value
    }

    private func ask(_ request: [UInt8]) async throws -> ByteBuffer {
        let connection = try await ClientConnection.open(to: address, authkey: authkey, timeout: Self.connectTimeout)
        defer { connection.close() }
        return try await connection.request(request)
    }

    /// Calls a function that concerns references. Towards a server that has the extension, it is a call of this process's own
    /// session, so that the references end with this process, however it ends.
    func callReferences(
        _ function: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []
    ) async throws -> Fragment {
        let traits = try await traits()
        guard traits.extensions.contains("session_functions") else {
            return try await callServer(function, arguments, keywords)
        }
        let control = try await control()
        let request = try Wire.request(nil, function, arguments, keywords, at: traits.version)
        // Not to be cancelled: that would close the session, and every reference would end with it.
        return try Wire.reply(try await Task { try await control.request(request) }.value).value
    }

    /// What the server is. Asked until it has answered once.
    func traits() async throws -> ServerTraits {
        if let known = state.withLock({ $0.traits }) { return known }
        let question = try Wire.request(nil, "extensions", [], at: ServerTraits.question)
        let traits = try ServerTraits(answer: try await ask(question))
        state.withLock { $0.traits = traits }
        return traits
    }

    /// The session that holds this process's references.
    private func control() async throws -> ClientConnection {
        let task = state.withLock { state in
            if let known = state.control { return known }
            let opening = Task { try await self.openSession() }
            state.control = opening
            return opening
        }
        do {
            return try await task.value
        } catch {
            state.withLock { $0.control = nil }
            throw error
        }
    }

    // MARK: The end

    /// Closes every connection; calls that wait end with an error.
    func close() {
        let (connections, control) = state.withLock { state in
            defer { (state.idle, state.busy) = ([], [:]) }
            state.isClosed = true
            return (state.idle + state.busy.values, state.control)
        }
        for connection in connections { connection.close() }
        if let control { Task { try? await control.value.close() } }
    }
}

extension ManagerClient {
    private struct Key: Hashable {
        let address: ManagerAddress
        let authkey: [UInt8]
    }

    private static let shared = Mutex<[Key: ManagerClient]>([:])

    /// The client for a server, the same for all of this process that use it with one key.
    static func shared(address: ManagerAddress, authkey: AuthenticationKey) -> ManagerClient {
        let key = Key(address: address, authkey: authkey.bytes)
        return shared.withLock { clients in
            if let known = clients[key], !known.isClosed { return known }
            let client = ManagerClient(address: address, authkey: authkey)
            clients[key] = client
            return client
        }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }
}
