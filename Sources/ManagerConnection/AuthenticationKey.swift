/// The secret that both ends of a connection know. CPython's `authkey`.
///
/// It is never printed: its description, its debug description and its mirror do not show the bytes.
public struct AuthenticationKey: Sendable {
    /// The secret itself. Any length is legal, none included, as in CPython.
    public let bytes: [UInt8]

    /// The key of these bytes.
    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// The key that is the UTF-8 of `text`: what Python calls `b'text'` or `'text'.encode()`.
    public init(_ text: String) {
        self.init(text.utf8)
    }

    /// A new key of 32 bytes from the system's generator, as CPython makes one for each main process.
    public static func random() -> AuthenticationKey {
        AuthenticationKey(randomBytes(count: 32))
    }
}

extension AuthenticationKey: ExpressibleByStringLiteral {
    /// The key that is the UTF-8 of the literal.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}

extension AuthenticationKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A text without the secret.
    public var description: String { "AuthenticationKey(hidden)" }
    /// A text without the secret.
    public var debugDescription: String { description }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// `count` bytes from the system's cryptographic generator.
func randomBytes(count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
