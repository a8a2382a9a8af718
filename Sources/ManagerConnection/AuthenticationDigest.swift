import Crypto

/// The hash functions of the handshake's HMACs. CPython's `_ALLOWED_DIGESTS`.
enum AuthenticationDigest: String, CaseIterable {
    case md5, sha256, sha384, sha3_256, sha3_384

    /// How a message names it: `{sha256}`.
    var prefix: [UInt8] { Array("{\(rawValue)}".utf8) }

    /// The digest that `message` names in its first bytes.
    init?(prefixOf message: [UInt8]) {
        guard let digest = Self.allCases.first(where: { message.starts(with: $0.prefix) }) else { return nil }
        self = digest
    }

    /// HMAC(key, message), with the message as a whole, its prefix included.
    func code(for message: [UInt8], key: AuthenticationKey) -> [UInt8] {
        hash.code(for: message, key: key)
    }

    /// Whether `code` is HMAC(key, message); takes the same time wherever they differ.
    func isValid(_ code: [UInt8], for message: [UInt8], key: AuthenticationKey) -> Bool {
        hash.isValid(code, for: message, key: key)
    }

    private var hash: any HashFunction.Type {
        switch self {
        case .md5: Insecure.MD5.self
        case .sha256: SHA256.self
        case .sha384: SHA384.self
        case .sha3_256: SHA3_256.self
        case .sha3_384: SHA3_384.self
        }
    }
}

extension HashFunction {
    fileprivate static func code(for message: [UInt8], key: AuthenticationKey) -> [UInt8] {
        Array(HMAC<Self>.authenticationCode(for: message, using: SymmetricKey(data: key.bytes)))
    }

    fileprivate static func isValid(_ code: [UInt8], for message: [UInt8], key: AuthenticationKey) -> Bool {
        HMAC<Self>.isValidAuthenticationCode(code, authenticating: message, using: SymmetricKey(data: key.bytes))
    }
}
