import Pickle

/// The connection by which this process holds something on a server: only by it can that be given back, and with its end it has gone back.
struct Holding: Sendable {
    fileprivate let client: ManagerClient
    fileprivate let connection: MultiplexedConnection
    /// The object's name on the server at the other end.
    fileprivate let identifier: String

    /// Calls a method of the object that does not wait.
    ///
    /// - Throws: ``ManagerError`` when the connection has ended; ``RemoteError``, `CancellationError`.
    func call(_ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []) async throws {
        let request = try Wire.request(identifier, method, arguments, keywords, at: ServerLink.version)
        guard let number = connection.send(request, client.limit(method, CallBehaviour.of(method)), isUrgent: true) else {
            throw ManagerError(.connectionLost, "the connection has ended by which this process held what \(method) is for: it has gone back")
        }
        _ = try Wire.reply(try await connection.reply(to: number).bytes, of: identifier)
    }
}

extension ManagerClient {
    /// Calls a method by which this process comes to hold something.
    ///
    /// - Parameter read: reads the reply, while the server keeps what proxies in it refer to.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython's servers, where nothing can be held so; ``RemoteError``, `CancellationError`.
    func hold<Value>(
        _ reference: ObjectReference, _ method: String, _ keywords: [(name: String, value: Fragment)],
        _ read: (Fragment, Holding) async throws -> Value
    ) async throws -> Value {
        let behaviour = CallBehaviour.of(method)
        let limit = limit(method, behaviour)
        let (reply, holding) = try await repeating(behaviour?.mayBeRepeated ?? false, limit) {
            guard let link = try await link(limit) else {
                throw ManagerError(.notSupported, "the server at \(address) has no \(method), as CPython's has not")
            }
            let identifier = try await reference.identifier(on: link)
            let (number, connection) = try await link.send(Wire.request(identifier, method, [], keywords, at: ServerLink.version), limit)
            return (try await connection.reply(to: number), Holding(client: self, connection: connection, identifier: identifier))
        }
        defer { holding.connection.acknowledge(reply) }
        return try await read(Wire.reply(reply.bytes, of: holding.identifier).value, holding)
    }
}
