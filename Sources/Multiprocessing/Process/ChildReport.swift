/// What a child tells its parent.
enum ChildReport: Equatable, Sendable {
    /// It has its target and is about to run it.
    case bootstrapped
    /// What a server has to say when it is ready.
    case value([UInt8])
    /// Why it cannot go on.
    case failure(String)

    var message: LinkMessage {
        switch self {
        case .bootstrapped: LinkMessage([Array("bootstrapped".utf8)])
        case .value(let bytes): LinkMessage([Array("value".utf8), bytes])
        case .failure(let text): LinkMessage([Array("failure".utf8), Array(text.utf8)])
        }
    }

    init?(_ message: LinkMessage) {
        guard let kind = message.parts.first else { return nil }
        let rest = message.parts.dropFirst().first ?? []
        switch String(decoding: kind, as: UTF8.self) {
        case "bootstrapped": self = .bootstrapped
        case "value": self = .value(rest)
        case "failure": self = .failure(String(decoding: rest, as: UTF8.self))
        default: return nil
        }
    }
}
