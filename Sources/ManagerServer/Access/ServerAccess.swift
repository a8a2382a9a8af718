public import ManagerConnection

/// The keys of one holder, and what it may do with them.
public struct KeyGrant: Sendable, Codable {
    /// What the holder is called in errors and in the audit log.
    public var name: String
    /// Its keys: one, or two while a new one takes the place of an old one.
    public var keys: [AuthenticationKey]
    /// What it may do.
    public var permissions: Permissions

    /// What the holder of these keys may do.
    public init(_ name: String, keys: [AuthenticationKey], permissions: Permissions) {
        self.name = name
        self.keys = keys
        self.permissions = permissions
    }
}

/// Who may use a server: holders of keys, and what each may do.
public struct ServerAccess: Sendable, Codable {
    private let holders: [KeyGrant]
    /// All keys, in the order in which they are tried.
    let keys: [AuthenticationKey]
    /// Whose each of them is.
    private let owners: [Int]

    /// The most keys that a server may have: each of them is tried at each handshake.
    public static let maximumKeyCount = 256

    /// One key, with which everything may be done.
    ///
    /// - Parameter key: what every peer must know.
    public static func key(_ key: AuthenticationKey) -> ServerAccess {
        ServerAccess(holders: [KeyGrant("authkey", keys: [key], permissions: .all)])
    }

    /// Several keys.
    ///
    /// - Parameter grants: the holders, each with a name of its own and keys that no other has.
    /// - Throws: ``ServerAccessError``
    public init(grants: [KeyGrant]) throws(ServerAccessError) {
        self.init(holders: grants)
        if keys.isEmpty { throw ServerAccessError("a server needs at least one key") }
        if keys.count > Self.maximumKeyCount { throw ServerAccessError("a server may have \(Self.maximumKeyCount) keys, not \(keys.count)") }
        var names: Set<String> = []
        var known: [[UInt8]: String] = [:]
        for grant in grants {
            guard names.insert(grant.name).inserted else { throw ServerAccessError("two holders of keys are called '\(grant.name)'") }
            for key in grant.keys {
                if let other = known.updateValue(grant.name, forKey: key.bytes) {
                    throw ServerAccessError("'\(other)' and '\(grant.name)' have the same key, so the server could not tell them apart")
                }
            }
        }
    }

    private init(holders: [KeyGrant]) {
        self.holders = holders
        keys = holders.flatMap(\.keys)
        owners = holders.indices.flatMap { holder in holders[holder].keys.map { _ in holder } }
    }

    /// The grant of the holder of a key.
    func grant(ofKeyAt position: Int) -> KeyGrant { holders[owners[position]] }

    /// Whether a peer gets in with the key.
    func isValid(_ key: AuthenticationKey) -> Bool { keys.contains { $0.bytes == key.bytes } }

    /// The grant of the holder with this name.
    func grant(named name: String) -> KeyGrant? { holders.first { $0.name == name } }
}

/// Why keys and what they allow cannot be used together.
public struct ServerAccessError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Says what is wrong; never with a key.
    public let description: String

    init(_ description: String) { self.description = description }
}
