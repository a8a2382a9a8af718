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

/// Writes replies: `(kind, result)` as one pickle, at the protocol that the peer reads. The frame around it is the caller's.
struct ReplyWriter {
    private static let versions: [PickleProtocol] = [.v0, .v1, .v2, .v3, .v4, .v5]
    /// What stands before a result, by kind and protocol.
    private static let openings = ReplyKind.allCases.flatMap { kind in
        versions.map { SmallBytes([0x80, $0.rawValue] + Fragment(text: kind.text, at: $0).body.array) }
    }

    /// `TUPLE2`, `STOP`
    private static let closing = SmallBytes([0x86, 0x2e])

    /// `(kind, result)` for a reader of this protocol.
    static func write(_ kind: ReplyKind, _ result: Fragment, at version: PickleProtocol, to output: inout ReplyOutput) {
        let opening = openings[kind.rawValue * versions.count + Int(version.rawValue)]
        if result.isReadable(at: version) { return output.write(opening, result.body, closing) }
        do {
            output.write(opening, try result.readable(at: version).body, closing)
        } catch {
            write(.unserializable, Fragment(text: error.description, at: version), at: version, to: &output)
        }
    }
}
