import Glibc
import Multiprocessing

/// The calls of a Redis that come nearest.
struct RedisWorkload: Workload {
    let requests: [[UInt8]]
    private let address: ManagerAddress
    private let firstBytes: [UInt8]

    init(_ call: String, _ address: ManagerAddress) throws {
        self.address = address
        let socket = try Socket(to: address)
        let calls: [(words: [String], reply: Character)]
        switch call {
        case "get": calls = [(["GET", "key:000000000001"], "$")]
        case "set": calls = [(["SET", "key:000000000001", "xxx"], "+")]
        case "append", "put": calls = [(["RPUSH", "mylist", "xxx"], ":")]
        case "pop": calls = [(["RPUSH", "mylist", "xxx"], ":"), (["RPOP", "mylist"], "$")]
        default: throw LoadError("what is \(call)? get, set, append, put or pop")
        }
        for before in [["FLUSHALL"], ["SET", "key:000000000001", "xxx"]] {
            try socket.send(Self.command(before))
            _ = try socket.receive(exactly: 5)
        }
        requests = calls.map { Self.command($0.words) }
        firstBytes = calls.map { $0.reply.asciiValue ?? 0 }
    }

    private static func command(_ words: [String]) -> [UInt8] {
        Array(("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
    }

    func connect() throws -> Socket { try Socket(to: address) }

    func replyLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        guard bytes[0] == UInt8(ascii: "$"), bytes[1] != UInt8(ascii: "-") else { return end + 1 }
        let length = bytes[1..<end - 1].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return bytes.count >= end + 1 + length + 2 ? end + 1 + length + 2 : nil
    }

    func isRight(_ reply: UnsafeRawBufferPointer, to request: Int) -> Bool { reply[0] == firstBytes[request] }
}
