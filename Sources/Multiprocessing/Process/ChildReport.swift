/// What a child tells its parent: a message of one byte for the kind, and what belongs to it.
enum ChildReport: Equatable, Sendable {
    /// It has its target and is about to run it.
    case bootstrapped
    /// What one who is waited for has to say when it is ready, and later.
    case value([UInt8])
    /// Why it cannot go on.
    case failure(String)

    private enum Kind {
        static let bootstrapped = [UInt8(ascii: "b")]
        static let value = [UInt8(ascii: "v")]
        static let failure = [UInt8(ascii: "f")]
    }

    var message: LinkMessage {
        switch self {
        case .bootstrapped: LinkMessage([Kind.bootstrapped])
        case .value(let bytes): LinkMessage([Kind.value, bytes])
        case .failure(let text): LinkMessage([Kind.failure, Array(text.utf8)])
        }
    }

    init?(_ message: LinkMessage) {
        let rest = message.parts.count > 1 ? message.parts[1] : []
        switch message.parts.first {
        case Kind.bootstrapped: self = .bootstrapped
        case Kind.value: self = .value(rest)
        case Kind.failure: self = .failure(String(decoding: rest, as: UTF8.self))
        default: return nil
        }
    }
}
