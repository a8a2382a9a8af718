import ManagerConnection
import NIOCore

/// One authenticated connection to a manager's server: requests out, replies in the same order back.
final class ClientConnection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ClientConnectionHandler>

    private init(_ channel: any Channel, _ handler: NIOLoopBound<ClientConnectionHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects and authenticates.
    ///
    /// - Throws: ``ManagerError`` when nobody listens, the key is another, TLS fails, or the time is over.
    static func open(
        to address: ManagerAddress, authkey: AuthenticationKey, tls: ClientTLS?, on loop: any EventLoop, timeout: Duration, peerTimeout: Duration
    ) async throws -> ClientConnection {
        let tls = try secured(tls)
        let ready = loop.makePromise(of: NIOLoopBound<ClientConnectionHandler>.self)
        let channel: any Channel
        do {
            channel = try await ManagerTransport.connect(to: address, group: loop, timeout: timeout, peerTimeout: peerTimeout) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try tls?.secure(channel, to: address)
                    try channel.pipeline.syncOperations.addHandler(ClientConnectionHandler(authkey: authkey, ready: ready))
                }
            }
        } catch {
            ready.fail(error)
            throw ManagerError(.cannotConnect, "\(error)")
        }
        let deadline = loop.scheduleTask(in: TimeAmount(timeout)) {
            ready.fail(ManagerError(.cannotConnect, "\(address) did not authenticate in \(timeout): is it a manager's server?"))
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        return ClientConnection(channel, try await ready.futureResult.get())
    }

    private static func secured(_ tls: ClientTLS?) throws(ManagerError) -> ClientTLSContext? {
        do throws(TLSError) {
            return try tls.map { (tls) throws(TLSError) in try ClientTLSContext(tls) }
        } catch {
            throw ManagerError(.tlsFailed, "\(error)")
        }
    }

    /// Whether requests can still be sent.
    var isActive: Bool { channel.isActive }
    var eventLoop: any EventLoop { channel.eventLoop }

    /// Sends one request and waits for its reply. When the task is cancelled or the time is over, the connection is closed: the protocol has no
    /// other way to give a call up.
    ///
    /// - Parameter request: the pickled request.
    /// - Returns: the pickled reply.
    /// - Throws: ``ManagerError`` when the connection ends before the reply; `CancellationError`.
    func request(_ request: [UInt8], _ limit: CallLimit) async throws -> ByteBuffer {
        try await requests([request], limit)[0]
    }

    /// Sends requests one behind the other, and waits for the replies to all of them.
    ///
    /// - Throws: as ``request(_:_:)``; then some of the calls may have been carried out.
    func requests(_ requests: [[UInt8]], _ limit: CallLimit) async throws -> [ByteBuffer] {
        try Task.checkCancellation()
        try limit.check()
        return try await withTaskCancellationHandler {
            let replies = eventLoop.flatSubmit { [handler] in handler.value.send(requests, limit) }
            do {
                return try await replies.get()
            } catch where Task.isCancelled {
                throw CancellationError()
            }
        } onCancel: {
            close()
        }
    }

    /// Gives what arrives from now on to another, who is told of the end, too.
    func handOver(to receiver: any FrameReceiver) {
        eventLoop.execute { [handler] in handler.value.handOver(to: receiver) }
    }

    /// Shows the server so often that this process is there, and ends the connection when the server does not show it any more.
    func showLife(every interval: TimeAmount) {
        eventLoop.execute { [handler] in handler.value.showLife(every: interval) }
    }

    /// Runs the body when the connection is closed.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in body() }
    }

    /// Writes bytes that hold whole frames.
    func write(_ frames: ByteBuffer) {
        channel.writeAndFlush(frames, promise: nil)
    }

    func close() {
        channel.close(promise: nil)
    }
}

/// Who gets the frames of a connection, on its event loop.
protocol FrameReceiver: AnyObject, Sendable {
    /// - Throws: when the frame is not one that the server may send; the connection is then closed.
    func receive(_ frame: ByteBuffer) throws
    func connectionHasEnded(_ error: ManagerError)
}

/// Bytes to replies: the handshake, then one reply for each request, in order, unless another has taken over.
final class ClientConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var authentication: Authentication?
    private let ready: EventLoopPromise<NIOLoopBound<ClientConnectionHandler>>
    private var decoder = FrameDecoder(maximumLength: Authentication.maximumMessageLength)
    private var input = ByteBuffer()
    private var replies = CircularBuffer<EventLoopPromise<ByteBuffer>>()
    private var receiver: (any FrameReceiver)?
    private var context: ChannelHandlerContext?
    private var silence = Silence()
    private var heartbeats: RepeatedTask?

    init(authkey: AuthenticationKey, ready: EventLoopPromise<NIOLoopBound<ClientConnectionHandler>>) {
        authentication = Authentication(role: .client, key: authkey)
        self.ready = ready
        _ = authentication?.start()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard authentication == nil else {
            return fail(ManagerError(.cannotConnect, "the server closed the connection during the handshake: it may expect TLS"))
        }
        fail(ManagerError(.connectionLost, "the manager's server closed the connection"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(ManagerError(error is TLSError ? .tlsFailed : .connectionLost, "\(error)"), context)
    }

    /// Fails what waits, and closes the connection: first, since whoever is told would take it for one that can be used.
    private func end(_ error: ManagerError, _ context: ChannelHandlerContext) {
        let waiting = replies
        replies = []
        ready.fail(error)
        receiver?.connectionHasEnded(error)
        context.close(promise: nil)
        for reply in waiting { reply.fail(error) }
    }

    private func fail(_ error: ManagerError) {
        context = nil
        heartbeats?.cancel()
        ready.fail(error)
        receiver?.connectionHasEnded(error)
        receiver = nil
        while let reply = replies.popFirst() { reply.fail(error) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        silence.end()
        var bytes = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        do {
            while let frame = try decoder.nextFrame(in: &input) { try receive(frame, context) }
        } catch {
            end(error as? ManagerError ?? ManagerError(.protocolViolation, "\(error)"), context)
        }
    }

    private func receive(_ frame: ByteBuffer, _ context: ChannelHandlerContext) throws {
        if authentication != nil {
            try authenticate(frame, context)
        } else if let receiver {
            try receiver.receive(frame)
        } else if let reply = replies.popFirst() {
            reply.succeed(frame)
        } else {
            throw ManagerError(.protocolViolation, "the server sent a message that nobody asked for")
        }
    }

    private func authenticate(_ message: ByteBuffer, _ context: ChannelHandlerContext) throws {
        do throws(AuthenticationError) {
            switch try authentication?.receive(message) {
            case .send(let answer): send(answer, context)
            case .sendAndFinish(let answer):
                send(answer, context)
                finishAuthentication(context)
            case .finished, nil: finishAuthentication(context)
            }
        } catch {
            if let reply = error.reply { send(reply, context) }
            throw ManagerError(.authenticationFailed, "\(error)")
        }
    }

    private func finishAuthentication(_ context: ChannelHandlerContext) {
        authentication = nil
        decoder.maximumLength = FrameDecoder.greatestMaximumLength
        ready.succeed(NIOLoopBound(self, eventLoop: context.eventLoop))
    }

    private func send(_ message: [UInt8], _ context: ChannelHandlerContext) {
        send([message], context)
    }

    private func send(_ messages: [[UInt8]], _ context: ChannelHandlerContext) {
        var output = context.channel.allocator.buffer(capacity: messages.reduce(0) { $0 + $1.count + 12 })
        for message in messages { output.writeFrame(message) }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }

    func handOver(to receiver: any FrameReceiver) {
        guard context != nil else { return receiver.connectionHasEnded(Self.hasEnded) }
        self.receiver = receiver
    }

    private static let hasEnded = ManagerError(.connectionLost, "the connection to the manager's server has ended")

    func showLife(every interval: TimeAmount) {
        guard let context else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        // The first at once: from it on the server watches, and that is to be before this process holds anything.
        beat()
        heartbeats = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.beat() }
    }

    private func beat() {
        guard let context else { return }
        if silence.look() { return end(ManagerError(.connectionLost, "the manager's server gave no sign of life any more"), context) }
        var frame = context.channel.allocator.buffer(capacity: 16)
        frame.writeMultiplexedFrame(.heartbeat, of: 0)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    /// Sends requests in one write.
    func send(_ requests: [[UInt8]], _ limit: CallLimit) -> EventLoopFuture<[ByteBuffer]> {
        guard let context else { return ready.futureResult.eventLoop.makeFailedFuture(Self.hasEnded) }
        let expected = requests.map { _ in context.eventLoop.makePromise(of: ByteBuffer.self) }
        replies.append(contentsOf: expected)
        send(requests, context)
        let all = EventLoopFuture.whenAllSucceed(expected.map(\.futureResult), on: context.eventLoop)
        giveUp(all, after: limit, context)
        return all
    }

    private func giveUp(_ replies: EventLoopFuture<[ByteBuffer]>, after limit: CallLimit, _ context: ChannelHandlerContext) {
        guard let deadline = limit.deadline else { return }
        let timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline.moment) {
            self.end(limit.exceeded, context)
        }
        replies.whenComplete { _ in timer.cancel() }
    }
}
