import ManagerServer
import NIOCore
import Pickle

/// Requests and replies as bytes.
enum Wire {
    /// `(ident, methodname, args, kwds)`, for a server that reads this protocol.
    static func request(
        _ identifier: String?, _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = [],
        at version: PickleProtocol
    ) throws -> [UInt8] {
        let arguments = try arguments.map { try $0.readable(at: version) }
        let named = try keywords.map { (key: Fragment(text: $0.name, at: version), value: try $0.value.readable(at: version)) }
        return FragmentBuilder.pickle(at: version) { pickle in
            pickle.appendTuple(of: 4) { request in
                if let identifier { request.append(text: identifier, at: version) } else { request.append(.none) }
                request.append(text: method, at: version)
                request.append(tuple: arguments)
                request.append(named.isEmpty ? .emptyDictionary : FragmentBuilder.dictionary(named))
            }
        }
    }

    /// A reply's result: what was returned, or the proxy of what was made.
    enum Reply {
        case value(Fragment)
        /// `(exposed, token)`
        case proxy(Fragment)

        /// The value.
        ///
        /// - Throws: ``ManagerError`` when a proxy came instead.
        var value: Fragment {
            get throws {
                guard case .value(let value) = self else { throw ManagerError(.protocolViolation, "a value was expected, and a proxy came") }
                return value
            }
        }
    }

    /// Reads `(kind, result)`.
    ///
    /// - Throws: ``RemoteError`` when it says that the server raised; ``ManagerError`` when it is no reply.
    static func reply(_ bytes: ByteBuffer) throws -> Reply {
        let (kind, result) = try bytes.withUnsafeReadableBytes { try parts($0) }
        switch kind {
        case "#RETURN": return .value(result)
        case "#PROXY": return .proxy(result)
        case "#ERROR":
            let error = RemoteError(try result.value())
            throw error.saysServerEnds ? ManagerError(.connectionLost, error.message) : error
        case "#TRACEBACK": throw RemoteError(traceback: try text(result))
        case "#UNSERIALIZABLE": throw RemoteError(traceback: "Unserializable message: \(try text(result))")
        default: throw ManagerError(.protocolViolation, "unrecognized message type \(kind)")
        }
    }

    /// Reads the reply to a call that concerns an object.
    ///
    /// - Throws: as ``reply(_:)``; ``ManagerError`` when the server does not know the object.
    static func reply(_ bytes: ByteBuffer, of identifier: String?) throws -> Reply {
        guard let identifier else { return try reply(bytes) }
        do {
            return try reply(bytes)
        } catch let error as RemoteError where error.saysUnknown(identifier) {
            throw ManagerError(.staleProxy, """
                the server has no object \(identifier): the proxy is of an earlier server at this address, or the object's last reference \
                has ended; get a proxy from the manager again
                """)
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
        guard case .tuple(let parts) = try Unpickler().load(bytes), parts.count == 2, let kind = parts[0].text else {
            throw ManagerError(.protocolViolation, "the server's answer is not a reply")
        }
        return (kind, try Fragment(parts[1]))
    }
}

extension RemoteError {
    /// Whether the server is about to end, and gave up a call that waited.
    fileprivate var saysServerEnds: Bool {
        type.name == PythonException.serverEnds.name && arguments == PythonException.serverEnds.arguments
    }

    /// Whether the server itself, not a method of the object's, does not know the name.
    fileprivate func saysUnknown(_ identifier: String) -> Bool {
        traceback != nil && type == .keyError && message.hasSuffix("'\(identifier)'")
    }
}
