import Glibc

/// What a child is told before it runs: CPython's preparation data (`multiprocessing.spawn.get_preparation_data`).
struct ChildPreparation: Equatable, Sendable {
    /// The first bytes of the link, by which a child knows that its descriptor is one.
    static let magic = Array("swift-multiprocessing 1".utf8)

    /// Counts of starts from the main process down: `[1, 2]` is the second child of the first.
    var identity: [Int]
    var name: String
    var role: ChildProcess.Role
    var parentID: pid_t
    var authkey: [UInt8]
    var allowsCoreDumps: Bool
    var target: EncodedTarget

    var message: LinkMessage {
        LinkMessage([
            Self.magic, Self.bytes(identity.map(String.init).joined(separator: ":")), Self.bytes(name), Self.bytes(role.rawValue),
            Self.bytes(String(parentID)), authkey, [allowsCoreDumps ? 1 : 0], Self.bytes(target.typeName), target.fields,
        ])
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}

extension ChildPreparation {
    /// Reads the message; nil if it is not one.
    init?(_ message: LinkMessage) {
        let parts = message.parts
        guard parts.count == 9, parts[0] == Self.magic else { return nil }
        func text(_ index: Int) -> String { String(decoding: parts[index], as: UTF8.self) }
        guard let role = ChildProcess.Role(rawValue: text(3)), let parentID = pid_t(text(4)) else { return nil }
        self.init(
            identity: text(1).split(separator: ":").compactMap { Int($0) }, name: text(2), role: role,
            parentID: parentID, authkey: parts[5], allowsCoreDumps: parts[6] == [1],
            target: EncodedTarget(typeName: text(7), fields: parts[8]))
    }
}
