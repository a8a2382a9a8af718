import NIOCore
import Pickle

/// Requests and replies as bytes.
enum Wire {
    /// The protocol at which Swift writes: every Python from 3.4 on reads it.
    static let version = PickleProtocol.v4

    /// `(ident, methodname, args, kwds)`
    static func request(
        _ identifier: String?, _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)]
    ) throws -> [UInt8] {
        let named = try keywords.map { (key: try Fragment(.string($0.name)), value: $0.value) }
        let request = FragmentBuilder.tuple([
            try identifier.map { try Fragment(.string($0)) } ?? .none, try Fragment(.string(method)),
            FragmentBuilder.tuple(arguments), FragmentBuilder.dictionary(named),
        ])
        return [0x80, version.rawValue] + request.body.array + [0x2e]
    }

    /// A reply's result: what was returned, or the proxy of what was made.
    enum Reply {
        case value(Fragment)
        /// `(exposed, token)`
        case proxy(Fragment)
    }

    /// Reads `(kind, result)`.
    ///
    /// - Throws: ``RemoteError`` when it says that the server raised; ``ManagerError`` when it is no reply.
    static func reply(_ bytes: ByteBuffer) throws -> Reply {
        let (kind, result) = try bytes.withUnsafeReadableBytes { try parts($0) }
        switch kind {
        case "#RETURN": return .value(result)
        case "#PROXY": return .proxy(result)
        case "#ERROR": throw RemoteError(try result.value())
        case "#TRACEBACK": throw RemoteError(traceback: try text(result))
        case "#UNSERIALIZABLE": throw RemoteError(traceback: "Unserializable message: \(try text(result))")
        default: throw ManagerError(.protocolViolation, "unrecognized message type \(kind)")
        }
    }

    private static func text(_ fragment: Fragment) throws -> String {
        try fragment.value().pythonStr()
    }

    private static func parts(_ bytes: UnsafeRawBufferPointer) throws -> (kind: String, result: Fragment) {
        var scanner = PickleScanner()
        if let root = try scanner.scan(bytes), let spans = scanner.elements(of: root), spans.count == 2,
            let kind = scanner.fragment(spans[spans.startIndex], of: bytes)?.text,
            let result = scanner.fragment(spans[spans.startIndex + 1], of: bytes) {
            return (kind, result)
        }
        guard case .tuple(let parts) = try Unpickler().load(bytes), parts.count == 2, case .string(let kind) = parts[0] else {
            throw ManagerError(.protocolViolation, "the server's answer is not a reply")
        }
        return (kind, try Fragment(parts[1], at: version))
    }
}
