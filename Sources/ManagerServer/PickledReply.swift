import ManagedObjects
import Pickle

/// A reply, the pickle of `(kind, result)`: one of the kinds of message a server answers with (`multiprocessing.managers.dispatch`), and its result.
///
/// An `enum` of one kind of value, since it is handed on from one part of the server to the next: it fits the processor's registers.
enum PickledReply {
    case value(Fragment), error(Fragment), traceback(Fragment), proxy(Fragment), unserializable(Fragment)

    /// At this the peer raises the exception.
    static func raising(_ exception: PythonException, at version: PickleProtocol) -> PickledReply {
        do throws(PythonException) {
            return .error(try .python(exception.instance(at: version), at: version))
        } catch {
            return .traceback(exception, at: version)
        }
    }

    /// At this the peer raises a `RemoteError` with the exception's text.
    static func traceback(_ exception: PythonException, at version: PickleProtocol) -> PickledReply {
        .traceback(Fragment(text: exception.traceback, at: version))
    }

    /// Its opcodes stay where they are stored. What its proxies refer to is to be kept until the peer has references of its own.
    var result: Fragment {
        switch self {
        case .value(let result), .error(let result), .traceback(let result), .proxy(let result), .unserializable(let result): result
        }
    }

    /// The reply for a reader of another protocol.
    func readable(at version: PickleProtocol) -> PickledReply {
        do {
            let readable = try result.readable(at: version)
            return switch self {
            case .value: .value(readable)
            case .error: .error(readable)
            case .traceback: .traceback(readable)
            case .proxy: .proxy(readable)
            case .unserializable: .unserializable(readable)
            }
        } catch {
            return .unserializable(Fragment(text: error.description, at: version))
        }
    }
}

// MARK: - Opcodes around the result

extension PickledReply {
    private var kind: Int {
        switch self {
        case .value: 0
        case .error: 1
        case .traceback: 2
        case .proxy: 3
        case .unserializable: 4
        }
    }

    private static let versions: [PickleProtocol] = [.v0, .v1, .v2, .v3, .v4, .v5]
    /// By kind and protocol.
    private static let openings = ["#RETURN", "#ERROR", "#TRACEBACK", "#PROXY", "#UNSERIALIZABLE"].flatMap { kind in
        versions.map { SmallBytes([0x80, $0.rawValue] + Fragment(text: kind, at: $0).body.array) }
    }

    /// What stands before the result, for a reader of a protocol.
    func opening(at version: PickleProtocol) -> SmallBytes { Self.openings[kind * Self.versions.count + Int(version.rawValue)] }

    /// `TUPLE2`, `STOP`, which stand behind it.
    static let closing: (UInt8, UInt8) = (0x86, 0x2e)
}
