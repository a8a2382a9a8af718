import Glibc

/// What is sent and what must come back.
protocol Workload {
    /// A connection on which calls can be made.
    func connect() throws -> Socket
    /// The calls that each connection makes in turn.
    var requests: [[UInt8]] { get }
    /// The length of the reply that begins at the start of the bytes; `nil` when it is not whole.
    func replyLength(_ bytes: UnsafeRawBufferPointer) -> Int?
    /// Whether it is what the call of this place in `requests` is expected to return.
    func isRight(_ reply: UnsafeRawBufferPointer, to request: Int) -> Bool
}

/// Keeps every connection busy: `depth` requests are sent in one write, and when all their replies are there, again.
struct LoadLoop {
    private struct Lane {
        let socket: Socket
        var outstanding = 0
        /// The place of the next request to be sent, and that of the next reply.
        var nextRequest = 0
        var nextReply = 0
        var bytes: [UInt8]
        var count = 0
    }

    private let workload: any Workload
    /// What is sent at once, by the place of its first request.
    private let batches: [[UInt8]]
    private let depth: Int
    private var lanes: [Lane]
    private var descriptors: [pollfd]

    init(connections: [Socket], workload: any Workload, depth: Int) throws {
        self.workload = workload
        self.depth = depth
        let requests = workload.requests
        batches = requests.indices.map { first in (0..<depth).flatMap { requests[(first + $0) % requests.count] } }
        lanes = connections.map { Lane(socket: $0, bytes: [UInt8](repeating: 0, count: 1 << 18)) }
        descriptors = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    }

    /// - Returns: the replies that came, and the seconds that it took.
    mutating func run(seconds: Double) throws -> (replies: Int, seconds: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(seconds)
        var replies = 0
        for index in lanes.indices { try send(index) }
        var outstanding = lanes.count
        while outstanding > 0 {
            let ready = poll(&descriptors, nfds_t(descriptors.count), 10_000)
            guard ready > 0 else { throw ready == 0 ? LoadError("no reply within 10 s") : LoadError.system("poll") }
            let isOver = clock.now >= end
            for index in descriptors.indices where descriptors[index].revents != 0 {
                replies += try receive(index)
                guard lanes[index].outstanding == 0 else { continue }
                if isOver { outstanding -= 1 } else { try send(index) }
            }
        }
        let elapsed = clock.now - start
        return (replies, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18)
    }

    private mutating func send(_ index: Int) throws {
        lanes[index].outstanding = depth
        let first = lanes[index].nextRequest
        lanes[index].nextRequest = (first + depth) % batches.count
        try lanes[index].socket.send(batches[first])
    }

    /// - Returns: how many replies came.
    private mutating func receive(_ index: Int) throws -> Int {
        let (socket, count) = (lanes[index].socket, lanes[index].count)
        let received = try lanes[index].bytes.withUnsafeMutableBytes { try socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...])) }
        let (replies, used) = try lanes[index].bytes.withUnsafeBytes { try self.parse(UnsafeRawBufferPointer(rebasing: $0[..<(count + received)]), from: lanes[index].nextReply) }
        lanes[index].outstanding -= replies
        lanes[index].nextReply = (lanes[index].nextReply + replies) % batches.count
        let left = count + received - used
        if left > 0, used > 0 { lanes[index].bytes.replaceSubrange(0..<left, with: lanes[index].bytes[used..<used + left]) }
        lanes[index].count = left
        return replies
    }

    private func parse(_ bytes: UnsafeRawBufferPointer, from first: Int) throws -> (count: Int, bytes: Int) {
        var (count, used) = (0, 0)
        while let length = workload.replyLength(UnsafeRawBufferPointer(rebasing: bytes[used...])) {
            guard workload.isRight(UnsafeRawBufferPointer(rebasing: bytes[used..<used + length]), to: (first + count) % batches.count) else {
                throw LoadError("a wrong reply: \(String(decoding: bytes[used..<used + length].prefix(300), as: UTF8.self))")
            }
            count += 1
            used += length
        }
        return (count, used)
    }
}
