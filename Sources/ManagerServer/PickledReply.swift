import ManagedObjects
import Pickle

/// The kinds of message a server answers with (`multiprocessing.managers.dispatch`).
enum ReplyKind: Int, CaseIterable {
    case value, error, traceback, proxy, unserializable

    fileprivate var text: String {
        switch self {
        case .value: "#RETURN"
        case .error: "#ERROR"
        case .traceback: "#TRACEBACK"
        case .proxy: "#PROXY"
        case .unserializable: "#UNSERIALIZABLE"
        }
    }
}

/// A reply: `(kind, result)` as one pickle, at the protocol that the peer reads.
struct PickledReply {
    /// What stands before the result.
    let opening: SmallBytes
    /// The result's opcodes, which stay where they are stored.
    let body: SmallBytes
    /// What the result's proxies refer to: it is to be kept until the peer has references of its own.
    let owner: (any FragmentOwner)?

    init(_ kind: ReplyKind, _ result: Fragment, at version: PickleProtocol, owner: (any FragmentOwner)? = nil) {
        self.owner = owner
        if result.isReadable(at: version) {
            opening = Self.opening(kind, version)
            body = result.body
            return
        }
        do {
            body = try result.readable(at: version).body
            opening = Self.opening(kind, version)
        } catch {
            body = Fragment(text: error.description, at: version).body
            opening = Self.opening(.unserializable, version)
        }
    }

    private static let versions: [PickleProtocol] = [.v0, .v1, .v2, .v3, .v4, .v5]
    /// By kind and protocol.
    private static let openings = ReplyKind.allCases.flatMap { kind in
        versions.map { SmallBytes([0x80, $0.rawValue] + Fragment(text: kind.text, at: $0).body.array) }
    }

    private static func opening(_ kind: ReplyKind, _ version: PickleProtocol) -> SmallBytes {
        openings[kind.rawValue * versions.count + Int(version.rawValue)]
    }

    /// `TUPLE2`, `STOP`, which stand behind the result.
    static let closing: (UInt8, UInt8) = (0x86, 0x2e)

    var count: Int { opening.count + body.count + 2 }
}
