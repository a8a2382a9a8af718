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
    private let kind: ReplyKind
    /// Its opcodes stay where they are stored. What its proxies refer to is to be kept until the peer has references of its own.
    let result: Fragment
    private let version: PickleProtocol

    init(_ kind: ReplyKind, _ result: Fragment, at version: PickleProtocol) {
        self.version = version
        if result.isReadable(at: version) {
            self.kind = kind
            self.result = result
            return
        }
        do {
            self.result = try result.readable(at: version)
            self.kind = kind
        } catch {
            self.result = Fragment(text: error.description, at: version)
            self.kind = .unserializable
        }
    }

    /// The reply at which the peer raises the exception.
    init(raising exception: PythonException, at version: PickleProtocol) {
        do throws(PythonException) {
            self.init(.error, try .python(exception.instance(at: version), at: version), at: version)
        } catch {
            self.init(traceback: exception, at: version)
        }
    }

    /// The reply at which the peer raises a `RemoteError` with the exception's text.
    init(traceback exception: PythonException, at version: PickleProtocol) {
        self.init(.traceback, Fragment(text: exception.traceback, at: version), at: version)
    }

    private static let versions: [PickleProtocol] = [.v0, .v1, .v2, .v3, .v4, .v5]
    /// What stands before a result, by kind and protocol.
    private static let openings = ReplyKind.allCases.flatMap { kind in
        versions.map { SmallBytes([0x80, $0.rawValue] + Fragment(text: kind.text, at: $0).body.array) }
    }

    /// What stands before the result.
    var opening: SmallBytes { Self.openings[kind.rawValue * Self.versions.count + Int(version.rawValue)] }
    /// `TUPLE2`, `STOP`, which stand behind it.
    static let closing: (UInt8, UInt8) = (0x86, 0x2e)
}
