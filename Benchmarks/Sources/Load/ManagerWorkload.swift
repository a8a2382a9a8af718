import Glibc
import Multiprocessing
import NIOCore

/// Calls of a manager's object, of CPython's server or ours.
struct ManagerWorkload: Workload {
    let requests: [[UInt8]]
    private let address: ManagerAddress
    private let key: AuthenticationKey
    /// The first replies, which all others must equal.
    private let expected: [[UInt8]]

    /// - Parameter call: `get` and `set` of a dict, `append` to a list, `put` into a queue, `append` and `pop` by turns.
    init(_ call: String, _ address: ManagerAddress, key: AuthenticationKey) throws {
        (self.address, self.key) = (address, key)
        let setup = try Self.setup(call)
        let session = try Self.session(address, key)
        let identifier = try Self.create(setup.typeID, at: address, key)
        for (method, arguments) in setup.before { _ = try Self.ask(session, Self.frame(.string(identifier), method, arguments)) }
        requests = try setup.calls.map { try Self.frame(.string(identifier), $0, $1) }
        expected = try requests.map { try Self.ask(session, $0) }
        for reply in expected {
            guard case .tuple(let parts) = try Unpickler().load(Array(reply[4...])), parts.first == "#RETURN" else { throw LoadError("the call fails: \(reply)") }
        }
    }

    private struct Setup {
        var typeID: String
        var before: [(String, [PickleValue])] = []
        var calls: [(String, [PickleValue])]
    }

    private static func setup(_ call: String) throws -> Setup {
        let entry: (String, [PickleValue]) = ("__setitem__", ["key:000000000001", "xxx"])
        return switch call {
        case "get": Setup(typeID: "dict", before: [entry], calls: [("__getitem__", ["key:000000000001"])])
        case "set": Setup(typeID: "dict", calls: [entry])
        case "append": Setup(typeID: "list", calls: [("append", ["xxx"])])
        case "put": Setup(typeID: "Queue", calls: [("put", ["xxx"])])
        case "pop": Setup(typeID: "list", calls: [("append", ["xxx"]), ("pop", [])])
        default: throw LoadError("what is \(call)? get, set, append, put or pop")
        }
    }

    func connect() throws -> Socket { try Self.session(address, key) }

    func replyLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 4 else { return nil }
        let length = 4 + Int(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        return bytes.count >= length ? length : nil
    }

    func isRight(_ reply: UnsafeRawBufferPointer, to request: Int) -> Bool {
        expected[request].withUnsafeBytes { reply.count == $0.count && memcmp($0.baseAddress!, reply.baseAddress!, reply.count) == 0 }
    }
}

// MARK: - The protocol

extension ManagerWorkload {
    private static func frame(_ payload: some Collection<UInt8>) -> [UInt8] {
        withUnsafeBytes(of: UInt32(payload.count).bigEndian) { Array($0) } + payload
    }

    private static func frame(_ identifier: PickleValue, _ method: String, _ arguments: [PickleValue]) throws -> [UInt8] {
        frame(try Pickler(.v4).dump(.tuple([identifier, .string(method), .tuple(arguments), [:]])))
    }

    /// Sends a request and returns the whole frame of the reply.
    private static func ask(_ socket: Socket, _ request: [UInt8]) throws -> [UInt8] {
        try socket.send(request)
        return try receive(socket)
    }

    private static func receive(_ socket: Socket) throws -> [UInt8] {
        let header = try socket.receive(exactly: 4)
        let length = header.reduce(0) { $0 << 8 | Int($1) }
        return header + (try socket.receive(exactly: length))
    }

    private static func authenticated(_ address: ManagerAddress, _ key: AuthenticationKey) throws -> Socket {
        let socket = try Socket(to: address)
        var authentication = Authentication(role: .client, key: key)
        _ = authentication.start()
        while true {
            switch try authentication.receive(try receive(socket).dropFirst(4)) {
            case .send(let answer): try socket.send(frame(answer))
            case .sendAndFinish(let answer):
                try socket.send(frame(answer))
                return socket
            case .finished: return socket
            }
        }
    }

    private static func session(_ address: ManagerAddress, _ key: AuthenticationKey) throws -> Socket {
        let socket = try authenticated(address, key)
        _ = try ask(socket, frame(.none, "accept_connection", ["load"]))
        return socket
    }

    /// Makes an object, which has the one reference that its maker holds.
    private static func create(_ typeID: String, at address: ManagerAddress, _ key: AuthenticationKey) throws -> String {
        let reply = try ask(try authenticated(address, key), frame(.none, "create", [.string(typeID)]))
        guard case .tuple(let parts) = try Unpickler().load(Array(reply[4...])), parts.count == 2, case .tuple(let result) = parts[1],
            let identifier = result.first?.text
        else { throw LoadError("create fails: \(reply)") }
        return identifier
    }
}
