import NIOCore
import Pickle

// Calls, over whatever kind of connection there is.
extension ManagerClient {
    /// A reply, with what carried it: until it is finished the server keeps what proxies in it refer to.
    private struct Answer {
        enum Carrier {
            case multiplexed(MultiplexedConnection, MultiplexedReply, ServerLink)
            case pooled(ClientConnection, ByteBuffer)
        }

        let carrier: Carrier
        let identifier: String
        let pool: SessionPool

        var reply: Wire.Reply {
            get throws {
                switch carrier {
                case .multiplexed(_, let reply, _): try Wire.reply(reply.bytes, of: identifier)
                case .pooled(_, let bytes): try Wire.reply(bytes, of: identifier)
                }
            }
        }

        var link: ServerLink? {
            if case .multiplexed(_, _, let link) = carrier { link } else { nil }
        }

        func finish() {
            switch carrier {
            case .multiplexed(let connection, let reply, _): connection.acknowledge(reply)
            case .pooled(let connection, _): pool.giveBack(connection)
            }
        }
    }

    /// Calls a method of an object.
    ///
    /// - Parameter read: reads the reply, while the server keeps what proxies in it refer to.
    /// - Throws: ``RemoteError``, ``ManagerError``, `CancellationError`; what `read` throws.
    func call<Value>(
        _ reference: ObjectReference, _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)],
        _ read: (Wire.Reply, ServerLink?) async throws -> Value
    ) async throws -> Value {
        let behaviour = CallBehaviour.of(method)
        let limit = limit(method, behaviour)
        let answer = try await repeating(behaviour?.mayBeRepeated ?? false, limit) {
            if let link = try await link(limit) { return try await ask(link, reference, method, arguments, keywords, limit) }
            return try await askPooled(reference, method, arguments, keywords, limit)
        }
        defer { answer.finish() }
        return try await read(try answer.reply, answer.link)
    }

    func limit(_ method: String, _ behaviour: CallBehaviour?) -> CallLimit {
        CallLimit(method, timeout: behaviour?.isLimited == true ? configuration.callTimeout : nil)
    }

    private func ask(
        _ link: ServerLink, _ reference: ObjectReference, _ method: String, _ arguments: [Fragment],
        _ keywords: [(name: String, value: Fragment)], _ limit: CallLimit
    ) async throws -> Answer {
        let identifier = try await reference.identifier(on: link)
        let request = try Wire.request(identifier, method, arguments, keywords, at: ServerLink.version)
        let (number, connection) = try await link.send(request, limit)
        let reply = try await connection.reply(to: number)
        return Answer(carrier: .multiplexed(connection, reply, link), identifier: identifier, pool: pool)
    }

    private func askPooled(
        _ reference: ObjectReference, _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)],
        _ limit: CallLimit
    ) async throws -> Answer {
        try await reference.taken()
        let request = try Wire.request(reference.identifier, method, arguments, keywords, at: try await traits().version)
        let connection = try await pool.borrow { try await self.openSession(limit) }
        do {
            let bytes = try await connection.request(request, limit)
            return Answer(carrier: .pooled(connection, bytes), identifier: reference.identifier, pool: pool)
        } catch {
            pool.giveBack(connection)
            throw error
        }
    }

    /// Makes a call again whose connection was lost, when that is safe and the configuration says so, or when it was not sent.
    func repeating<Value>(_ mayBeRepeated: Bool, _ limit: CallLimit, _ call: () async throws -> Value) async throws -> Value {
        var (lost, repeats) = (ManagerError?.none, 0)
        while true {
            do {
                return try await call()
            } catch is MultiplexedConnection.NotSent {
                try limit.check()
            } catch let error as ManagerError where error.code == .connectionLost && mayBeRepeated && repeats < configuration.reconnection.attempts {
                if repeats > 0 { try await pause(after: repeats, limit) }
                (lost, repeats) = (error, repeats + 1)
            } catch let error as ManagerError where error.code == .cannotConnect {
                throw lost ?? error
            }
        }
    }
}

// MARK: - Functions of the server

extension ManagerClient {
    /// Calls a function of the server itself. References that it counts end with this process, however it ends, where the server is not CPython's.
    func callServer(_ function: String, _ arguments: [Fragment] = []) async throws -> Fragment {
        try await askServer(function, arguments).result
    }

    /// Makes an object, or finds a shared one.
    ///
    /// - Throws: ``RemoteError``, ``ManagerError``, `CancellationError`.
    func create(
        _ typeID: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)]
    ) async throws -> ObjectReference {
        let (result, link) = try await askServer("create", [try Fragment(.string(typeID))] + arguments, keywords)
        let created = try Self.created(result)
        return ObjectReference(counted: created.identifier, typeID: typeID, client: self, link: link, exposed: created.exposed)
    }

    /// Finds a shared object on a server.
    ///
    /// - Returns: its identifier, with one more reference.
    func find(_ typeID: String, on link: ServerLink) async throws -> String {
        try Self.created(try await ask(link, "create", [try Fragment(.string(typeID))])).identifier
    }

    /// Counts one more reference to an object.
    ///
    /// - Returns: the link whose end will be the reference's.
    /// - Throws: ``ManagerError`` when the server does not know the object.
    func addReference(_ identifier: String) async throws -> ServerLink? {
        try await askServer("incref", [try Fragment(.string(identifier))], of: identifier).link
    }

    func addReference(_ identifier: String, on link: ServerLink) async throws {
        _ = try await ask(link, "incref", [try Fragment(.string(identifier))], of: identifier)
    }

    /// Gives a reference back. One that ended with its link needs nothing.
    func dropReference(_ identifier: String, on link: ServerLink?) async throws {
        let arguments = [try Fragment(.string(identifier))]
        if let link {
            if link.isActive { _ = try await ask(link, "decref", arguments) }
        } else {
            _ = try await askServer("decref", arguments)
        }
    }

    private static func created(_ created: Fragment) throws -> (identifier: String, exposed: PickleValue) {
        let created = try created.value()
        guard case .tuple(let parts) = created, parts.count == 2, let identifier = parts[0].text else {
            throw ManagerError(.protocolViolation, "create answered with \(created)")
        }
        return (identifier, parts[1])
    }

    private func askServer(
        _ function: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = [], of identifier: String? = nil
    ) async throws -> (result: Fragment, link: ServerLink?) {
        let limit = CallLimit(function, timeout: configuration.callTimeout)
        return try await repeating(CallBehaviour.mayServerFunctionBeRepeated(function), limit) {
            if let link = try await link(limit) { return (try await ask(link, function, arguments, keywords, of: identifier), link) }
            let request = try Wire.request(nil, function, arguments, keywords, at: try await traits().version)
            return (try Wire.reply(try await ask(request, limit), of: identifier).value, nil)
        }
    }

    /// Calls a function on the connection that holds this process's references.
    private func ask(
        _ link: ServerLink, _ function: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = [],
        of identifier: String? = nil
    ) async throws -> Fragment {
        let request = try Wire.request(nil, function, arguments, keywords, at: ServerLink.version)
        let (number, connection) = try link.sendUrgently(request, CallLimit(function, timeout: configuration.callTimeout))
        return try Wire.reply(try await connection.reply(to: number).bytes, of: identifier).value
    }
}

// MARK: - Sessions

extension ManagerClient {
    /// A session that is one caller's own for a while: what it holds on the server, it holds by this session.
    struct Session {
        fileprivate let client: ManagerClient
        fileprivate let connection: ClientConnection
        /// What the server reads.
        fileprivate let version: PickleProtocol

        /// Calls a method.
        func reply(
            _ identifier: String, _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []
        ) async throws -> Wire.Reply {
            let request = try Wire.request(identifier, method, arguments, keywords, at: version)
            let limit = client.limit(method, CallBehaviour.of(method))
            return try Wire.reply(try await connection.request(request, limit), of: identifier)
        }

        /// Calls a method that returns a value.
        func call(_ identifier: String, _ method: String, _ arguments: [Fragment]) async throws -> Fragment {
            try await reply(identifier, method, arguments).value
        }
    }

    /// Gives the body a session, which others may use afterwards.
    func withSession<Result>(_ body: (Session) async throws -> Result) async throws -> Result {
        let session = try await borrowSession()
        defer { giveBack(session) }
        return try await body(session)
    }

    /// Takes a session, until ``giveBack(_:)``.
    func borrowSession() async throws -> Session {
        let limit = CallLimit("opening a session", timeout: configuration.callTimeout)
        let version = try await traits().version
        let connection = try await pool.borrow { try await self.openSession(limit) }
        return Session(client: self, connection: connection, version: version)
    }

    /// Others may use the session now; it must hold nothing.
    func giveBack(_ session: Session) { pool.giveBack(session.connection) }

    /// Ends a session, and so what it holds.
    func discard(_ session: Session) { pool.discard(session.connection) }

    /// Calls a method many times, without waiting for one reply before the next request is sent.
    ///
    /// - Throws: ``RemoteError``, ``ManagerError``, `CancellationError`: the first error, after all calls have been answered.
    func call(_ identifier: String, _ method: String, each arguments: [[Fragment]]) async throws {
        try await withSession { session in
            let requests = try arguments.map { try Wire.request(identifier, method, $0, at: session.version) }
            let replies = try await session.connection.requests(requests, limit(method, CallBehaviour.of(method)))
            for reply in replies { _ = try Wire.reply(reply, of: identifier) }
        }
    }
}
