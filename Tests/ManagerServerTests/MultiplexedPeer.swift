import ManagerServer
import Pickle

/// A peer with a multiplexed session, whose frames are written and read byte by byte here, apart from the client's code.
struct MultiplexedPeer {
    let peer: RawPeer
    /// What the server says of itself.
    let info: PickleValue

    struct Reply {
        let number: UInt64
        let flags: UInt8
        let bytes: [UInt8]

        var isKept: Bool { flags & 1 != 0 }
        var isCancelled: Bool { flags & 2 != 0 }
        var parts: (kind: String, result: PickleValue) {
            get throws {
                guard case .tuple(let parts) = try Unpickler().load(bytes) else { throw RawPeer.Closed() }
                return (try parts[0].pythonStr(), parts[1])
            }
        }
    }

    init(_ server: ManagerServer) throws {
        peer = try RawPeer(port: server.port)
        try peer.authenticate()
        info = try peer.request(nil, "accept_multiplexed", "test").result
    }

    func send(_ kind: UInt8, _ number: UInt64, _ body: [UInt8] = []) {
        peer.sendFrame([kind] + withUnsafeBytes(of: number.littleEndian) { Array($0) } + body)
    }

    func request(_ number: UInt64, _ identifier: String?, _ method: String, _ arguments: PickleValue...) throws {
        try request(number, identifier, method, arguments)
    }

    func request(_ number: UInt64, _ identifier: String?, _ method: String, _ arguments: [PickleValue]) throws {
        let request: PickleValue = .tuple([
            identifier.map(PickleValue.string) ?? .none, .string(method), .tuple(PickleElements(arguments)), .dictionary([:]),
        ])
        send(1, number, try Pickler(.v4).dump(request))
    }

    func cancel(_ number: UInt64) { send(2, number) }
    func acknowledge(_ number: UInt64) { send(3, number) }

    func reply() throws -> Reply {
        let frame = try peer.receiveFrame()
        let number = frame[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Reply(number: number, flags: frame[8], bytes: Array(frame[9...]))
    }
}
