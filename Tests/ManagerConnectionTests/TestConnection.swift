import NIOCore

@testable import ManagerConnection

/// One end of an authenticated connection: its handshake, and then the first frame that arrives.
final class TestConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var authentication: Authentication
    private var isAuthenticated = false
    private var received = ByteBuffer()
    private let result: EventLoopPromise<[UInt8]>
    private let afterHandshake: [UInt8]?
    private let reply: (@Sendable ([UInt8]) -> [UInt8])?

    private init(
        _ authentication: Authentication, result: EventLoopPromise<[UInt8]>,
        afterHandshake: [UInt8]? = nil, reply: (@Sendable ([UInt8]) -> [UInt8])? = nil
    ) {
        self.authentication = authentication
        self.result = result
        self.afterHandshake = afterHandshake
        self.reply = reply
    }

    /// A server's end, which sends the first frame back in reverse and closes.
    static func server(key: AuthenticationKey, result: EventLoopPromise<[UInt8]>) -> TestConnection {
        TestConnection(Authentication(role: .server, key: key), result: result) { $0.reversed() }
    }

    /// A client's end, which sends `message` once it is welcome.
    static func client(key: AuthenticationKey, message: [UInt8], result: EventLoopPromise<[UInt8]>) -> TestConnection {
        TestConnection(Authentication(role: .client, key: key), result: result, afterHandshake: message)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.channel.rearmQuickAcknowledgement()
        if let greeting = authentication.start() { send(greeting, context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isAuthenticated { context.channel.rearmQuickAcknowledgement() }
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            while let frame = try FrameDecoder().nextFrame(in: &received) { try receive(frame, context) }
        } catch {
            if let reply = (error as? AuthenticationError)?.reply { send(reply, context) }
            result.fail(error)
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        result.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    private func receive(_ frame: ByteBuffer, _ context: ChannelHandlerContext) throws {
        guard !isAuthenticated else { return end(Array(frame.readableBytesView), context) }
        switch try authentication.receive(frame) {
        case .send(let message): return send(message, context)
        case .sendAndFinish(let message): send(message, context)
        case .finished: break
        }
        isAuthenticated = true
        if let afterHandshake { send(afterHandshake, context) }
    }

    private func end(_ frame: [UInt8], _ context: ChannelHandlerContext) {
        if let reply { send(reply(frame), context) }
        result.succeed(frame)
        context.close(promise: nil)
    }

    private func send(_ message: [UInt8], _ context: ChannelHandlerContext) {
        var out = context.channel.allocator.buffer(capacity: message.count + 4)
        out.writeFrame(message)
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
    }
}

/// A server of ``TestConnection``s, whose results come in the order in which the connections ended.
struct TestServer: Sendable {
    let channel: any Channel
    let address: ManagerAddress
    let results: AsyncStream<Result<[UInt8], any Error>>

    static func listen(on address: ManagerAddress, key: AuthenticationKey, group: any EventLoopGroup) async throws -> TestServer {
        let (results, continuation) = AsyncStream.makeStream(of: Result<[UInt8], any Error>.self)
        let (channel, bound) = try await ManagerTransport.listen(on: address, group: group) { child in
            let result = child.eventLoop.makePromise(of: [UInt8].self)
            result.futureResult.whenComplete { continuation.yield($0) }
            return child.eventLoop.makeCompletedFuture {
                try child.pipeline.syncOperations.addHandler(TestConnection.server(key: key, result: result))
            }
        }
        return TestServer(channel: channel, address: bound, results: results)
    }
}

/// Connects to `address`, sends `message` after the handshake and gives the frame that comes back.
func exchange(
    _ message: [UInt8], with address: ManagerAddress, key: AuthenticationKey, group: any EventLoopGroup
) async throws -> [UInt8] {
    let result = group.next().makePromise(of: [UInt8].self)
    do {
        _ = try await ManagerTransport.connect(to: address, group: group) { channel in
            channel.eventLoop.makeCompletedFuture {
                let handler = TestConnection.client(key: key, message: message, result: result)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
        }
    } catch {
        result.fail(error)
    }
    return try await result.futureResult.get(failing: result)
}
