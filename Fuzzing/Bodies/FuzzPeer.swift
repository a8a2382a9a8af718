import Logging
import ManagedObjects
import ManagerConnection
@_spi(Parts) import ManagerServer
import NIOCore
import NIOEmbedded

/// An authenticated peer of a server without sockets. It sees that what it gets are replies, one to a call at most, and that the server has forgotten it
/// after its end.
struct FuzzPeer {
    struct RemoteObject {
        let identifier: String
        let methods: [String]
    }

    /// One of each type, in the order of `types`.
    private(set) var objects: [RemoteObject] = []
    private let isMultiplexed: Bool
    private let server = SocketlessServer(
        .standard, configuration: ServerConfiguration(address: .tcp("127.0.0.1", 1), authkey: "the key"), logger: Logger(label: "fuzz"))
    private let channel = EmbeddedChannel()
    private var received = ByteBuffer()
    private var lastNumber: UInt64 = 0
    private var answered: Set<UInt64> = []
    private var replies = ReplyCheck()

    /// Connects, shows that it knows the key, opens a session and makes its objects.
    init(isMultiplexed: Bool) throws(Finding) {
        self.isMultiplexed = isMultiplexed
        try attempt {
            try server.accept(channel).wait()
            channel.embeddedEventLoop.advanceTime(to: .now())
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }
        try authenticate()
        let opening = isMultiplexed ? "accept_multiplexed" : "accept_connection"
        try write(framed(FuzzRequest.pickle(nil, opening, FuzzRequest.text("fuzz"))))
        guard try nextFrame() != nil else { throw Finding("no session is opened") }
        for arguments in FuzzRequest.types { objects.append(try create(arguments)) }
    }

    var isConnected: Bool { channel.isActive }
}

// MARK: - What it does

extension FuzzPeer {
    /// Calls a method of an object, or without an identifier a function of the server.
    ///
    /// - Parameter arguments: the opcodes between those that make a tuple of what they leave.
    mutating func call(_ identifier: String?, _ method: String, _ arguments: [UInt8]) throws(Finding) {
        let pickle = FuzzRequest.pickle(identifier, method, arguments)
        guard isMultiplexed else { return try send(framed(pickle)) }
        lastNumber += 1
        try send(multiplexed(1, lastNumber, pickle))
    }

    /// Sends a frame of a multiplexed session, about the call that was the last but so many.
    mutating func say(_ kind: UInt8, aboutLastBut count: Int) throws(Finding) {
        try send(multiplexed(kind, lastNumber &- UInt64(count)))
    }

    mutating func send(frame: [UInt8]) throws(Finding) { try send(framed(frame)) }

    /// Sends bytes as they are, and takes what comes.
    mutating func send(_ bytes: [UInt8]) throws(Finding) {
        try write(bytes)
        try takeReplies()
    }

    /// Lets time pass.
    mutating func pass(seconds: Int) throws(Finding) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(seconds)))
        try takeReplies()
    }

    /// Goes. What it held is then nobody's.
    mutating func end() throws(Finding) {
        try takeReplies()
        try attempt { _ = try channel.finish(acceptAlreadyClosed: true) }
        try expect(server.connectionCount == 0, "a connection that has ended is not forgotten")
        // As in CPython, a new object's reference is its reader's to drop, over another connection. A multiplexed session takes it over.
        let kept = isMultiplexed ? 0 : replies.proxies
        try expect(server.referencedObjectCount <= kept, "a session that has ended holds \(server.referencedObjectCount) objects")
    }
}

// MARK: - Replies

extension FuzzPeer {
    private mutating func takeReplies() throws(Finding) {
        while let frame = try nextFrame() { try take(frame) }
    }

    private mutating func take(_ frame: ByteBuffer) throws(Finding) {
        guard isMultiplexed else { return try replies.check(frame) }
        var pickle = frame
        guard let header = pickle.readMultiplexedReplyHeader() else { throw Finding("a reply without a header") }
        if header.flags.contains(.isHeartbeat) {
            return try expect(header.number == 0 && pickle.readableBytes == 0, "a sign of life that says something")
        }
        try expect(answered.insert(header.number).inserted, "the call \(header.number) is answered twice")
        if header.flags.contains(.isCancelled) {
            try expect(pickle.readableBytes == 0, "a cancelled call has a result")
        } else {
            try replies.check(pickle)
        }
    }

    private mutating func nextFrame() throws(Finding) -> ByteBuffer? {
        do {
            while var bytes = try channel.readOutbound(as: ByteBuffer.self) { received.writeBuffer(&bytes) }
            return try FrameDecoder().nextFrame(in: &received)
        } catch {
            throw Finding("the server writes no frames: \(error)")
        }
    }
}

// MARK: - The opening

extension FuzzPeer {
    private mutating func authenticate() throws(Finding) {
        var authentication = Authentication(role: .client, key: "the key")
        _ = authentication.start()
        while let message = try nextFrame() {
            guard let step = try? authentication.receive(message) else { break }
            switch step {
            case .send(let answer): try write(framed(answer))
            case .sendAndFinish(let answer): return try write(framed(answer))
            case .finished: return
            }
        }
        throw Finding("a peer with the key is not authenticated")
    }

    private mutating func create(_ arguments: [UInt8]) throws(Finding) -> RemoteObject {
        let pickle = FuzzRequest.pickle(nil, "create", arguments)
        lastNumber += 1
        try write(isMultiplexed ? multiplexed(1, lastNumber, pickle) : framed(pickle))
        guard var reply = try nextFrame() else { throw Finding("no object is created") }
        if isMultiplexed { _ = reply.readMultiplexedReplyHeader() }
        guard let (identifier, methods) = FuzzRequest.created(reply) else { throw Finding("an object is not created: \(String(buffer: reply))") }
        answered.insert(lastNumber)
        return RemoteObject(identifier: identifier, methods: methods)
    }
}

// MARK: - Bytes

extension FuzzPeer {
    private func write(_ bytes: [UInt8]) throws(Finding) {
        try attempt {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            channel.embeddedEventLoop.run()
        }
    }

    /// What NIO's channel without a socket never fails with.
    private func attempt(_ body: () throws -> Void) throws(Finding) {
        do { try body() } catch { throw Finding("the channel fails: \(error)") }
    }
}

private func framed(_ payload: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writeFrame(payload)
    return Array(buffer.readableBytesView)
}

private func multiplexed(_ kind: UInt8, _ number: UInt64, _ body: [UInt8] = []) -> [UInt8] {
    framed([kind] + withUnsafeBytes(of: number.littleEndian) { Array($0) } + body)
}
