import ManagedObjects
import NIOCore
import Pickle

/// The kinds of message a server answers with (`multiprocessing.managers.dispatch`).
enum ReplyKind: String {
    case value = "#RETURN"
    case error = "#ERROR"
    case traceback = "#TRACEBACK"
    case proxy = "#PROXY"
    case unserializable = "#UNSERIALIZABLE"
}

/// Writes replies: `(kind, result)` as one pickle, at the protocol that the peer reads. The frame around it is the caller's.
struct ReplyWriter {
    /// What stands before a result, by kind and protocol.
    private static let openings: [ReplyKind: [PickleProtocol: [UInt8]]] = {
        let kinds: [ReplyKind] = [.value, .error, .traceback, .proxy, .unserializable]
        return Dictionary(uniqueKeysWithValues: kinds.map { kind in
            (kind, Dictionary(uniqueKeysWithValues: [.v2, .v3, .v4, .v5].map { ($0, opening(kind, $0)) }))
        })
    }()

    private static func opening(_ kind: ReplyKind, _ version: PickleProtocol) -> [UInt8] {
        [0x80, version.rawValue] + Fragment(text: kind.rawValue, at: version).body.array
    }

    /// `TUPLE2`, `STOP`
    private static let closing: [UInt8] = [0x86, 0x2e]

    /// `(kind, result)` for a reader of this protocol.
    static func write(_ kind: ReplyKind, _ result: Fragment, at version: PickleProtocol, to output: inout ByteBuffer) {
        let opening = openings[kind]?[version] ?? []
        do {
            let readable = try result.readable(at: version)
            readable.body.withUnsafeBytes { body in
                output.writeBytes(opening)
                output.writeBytes(body)
                output.writeBytes(closing)
            }
        } catch {
            write(.unserializable, Fragment(text: error.description, at: version), at: version, to: &output)
        }
    }
}

extension Fragment {
    /// A `str` that the server made, in the kind of `str` that the peer's Python uses for its own messages.
    init(text: String, at version: PickleProtocol) { self.init(text: PythonText(text), at: version) }

    init(text: PythonText, at version: PickleProtocol) {
        let utf8 = text.utf8
        let length = withUnsafeBytes(of: UInt32(truncatingIfNeeded: utf8.count).littleEndian) { Array($0) }
        switch (version, utf8.count) {
        case (.v2, ..<256): self.init([0x55, UInt8(utf8.count)] + utf8, from: version)
        case (.v2, _): self.init([0x54] + length + utf8, from: version)
        case (.v4..., ..<256): self.init([0x8c, UInt8(utf8.count)] + utf8, from: version)
        default: self.init([0x58] + length + utf8, from: version)
        }
    }
}
