import Pickle

/// Who holds a lock.
public struct LockHolder: Hashable, Sendable {
    /// The lock's name on its server, as ``ObjectProxy/identifier``.
    public let object: String
    /// The number by which the server knows the holder's connection, and by which errors name it.
    public let session: Int
    /// How long ago the holder called for the lock.
    public let since: Duration
    /// The number of the acquisition, when the lock is robust.
    public let token: FencingToken?
}

extension Manager {
    /// Who holds which lock on the server (`Lock`, `RLock`, `Condition` and the robust ones), by the locks' names.
    ///
    /// - Throws: ``ManagerError`` of code `notSupported` when the server is CPython's.
    public func lockHolders() async throws -> [LockHolder] {
        guard try await client.traits().extensions.contains("holders") else {
            throw ManagerError(.notSupported, "this server does not tell who holds a lock, as CPython's does not")
        }
        let held: [String: [Entry]] = try await client.callServer("holders").decode()
        return held.sorted { $0.key < $1.key }.flatMap { object, holders in
            holders.map { LockHolder(object: object, session: $0.session, since: .seconds($0.seconds), token: $0.token.map(FencingToken.init(_:))) }
        }
    }

    /// `(session, seconds, token)`
    private struct Entry: Decodable {
        let session: Int
        let seconds: Double
        let token: Int?

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            session = try parts.decode(Int.self)
            seconds = try parts.decode(Double.self)
            token = try parts.decodeIfPresent(Int.self)
        }
    }
}
