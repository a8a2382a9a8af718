import Logging
@_spi(Parts) import ManagerServer
import Multiprocessing
import NIOCore

/// A request's pickle through a session to the reply's frame: all that a call costs beside reading frames and sockets.
extension Part {
    static let dispatch = [
        dispatching("dict[k]", "dict", before: [entry], [("__getitem__", ["key:000000000001"])]),
        dispatching("dict[k] = v", "dict", [entry]),
        dispatching("dict.get, missing key", "dict", [("get", ["key:000000000001"])]),
        dispatching("list.append", "list", [("append", ["xxx"])]),
        dispatching("list.append, pop", "list", [("append", ["xxx"]), ("pop", [])]),
        dispatching("queue.put", "Queue", [("put", ["xxx"])]),
        dispatching("queue.put, get", "Queue", [("put", ["xxx"]), ("get", [])]),
        dispatching("queue.put, get of a record", "Queue", [("put", [SampleValues.record]), ("get", [])]),
        dispatching("lock.acquire, release", "Lock", [("acquire", []), ("release", [])]),
        dispatching("value.get", "Value", arguments: ["i", 7], [("get", [])]),
    ]

    private static let entry: (String, [PickleValue]) = ("__setitem__", ["key:000000000001", "xxx"])

    private static func dispatching(
        _ name: String, _ typeID: String, arguments: [PickleValue] = [], before: [(String, [PickleValue])] = [], _ calls: [(String, [PickleValue])]
    ) -> Part {
        Part("dispatch: \(name)", callsPerRound: calls.count) {
            var session = MeasuredSession()
            let object = try session.create(typeID, arguments)
            for (method, arguments) in before { try session.call(PythonPickle.request(object, method, arguments)) }
            let requests = calls.map { PythonPickle.request(object, $0, $1) }
            for request in requests { try session.call(request) }
            return { rounds in
                for _ in 0..<rounds {
                    for request in requests { session.serve(request) }
                }
            }
        }
    }
}

/// A session that is given one request after the other.
private struct MeasuredSession {
    private var session = SocketlessServer(
        .standard, configuration: ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc"), logger: Logger(label: "parts")
    ).session()
    private var output = ByteBuffer()

    /// The frame of the reply is in the output.
    mutating func serve(_ request: [UInt8]) {
        output.clear()
        _ = request.withUnsafeBytes { session.serve($0, now: Timestamp(nanoseconds: 1), into: &output) }
    }

    /// - Returns: the result.
    /// - Throws: when the call fails or waits.
    @discardableResult
    mutating func call(_ request: [UInt8]) throws -> PickleValue {
        serve(request)
        guard let frame = try FrameDecoder().nextFrame(in: &output),
            case .tuple(let reply) = try Unpickler().load(Array(frame.readableBytesView)), reply.count == 2, reply[0] == "#RETURN" else {
            throw WrongResult("the call is not answered with a value")
        }
        return reply[1]
    }

    /// - Returns: the new object's identifier.
    mutating func create(_ typeID: String, _ arguments: [PickleValue]) throws -> PickleValue {
        guard case .tuple(let created) = try call(PythonPickle.request(.none, "create", [.string(typeID)] + arguments)) else {
            throw WrongResult("no object was created")
        }
        return created[0]
    }
}
