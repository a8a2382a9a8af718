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

extension AuthenticationKey: Codable {
    /// Whether this task encodes what a child process is started with.
    @TaskLocal package static var isForChild = false

    /// The key that was sent to this process when it was started.
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([UInt8].self))
    }

    /// Sends the key to a child process.
    ///
    /// - Throws: `EncodingError` for every other purpose, as CPython's `AuthenticationString` raises `TypeError` when it is pickled.
    public func encode(to encoder: any Encoder) throws {
        guard Self.isForChild else {
            throw EncodingError.invalidValue(self, .init(codingPath: encoder.codingPath, debugDescription: "a key is only sent to child processes"))
        }
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}

/// `count` bytes from the system's cryptographic generator.
func randomBytes(count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
