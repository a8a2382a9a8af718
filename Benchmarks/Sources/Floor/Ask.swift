import ArgumentParser
import NIOCore
import NIOPosix

/// A client that does nothing but what SwiftNIO needs to send a request and to await its reply: what any client on it can reach at most.
struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Asks a server of requests of one size for a while, and prints the calls per second as JSON.")

    @Option(help: "HOST:PORT or unix:PATH.") var address: String
    @Option(help: "How many bytes a request has.") var request = 85
    @Option(help: "How many bytes a reply has.") var reply = 33
    @Option(help: "How many tasks ask at once, each one request after the other.") var tasks = 1
    @Flag(help: "Ask on the thread of the connection.") var onConnection = false
    @Option(help: "Seconds.") var seconds = 2.0

    func run() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let handler = try await loop.submit { [reply] in NIOLoopBound(Replies(of: reply), eventLoop: loop) }.get()
        let bootstrap = ClientBootstrap(group: loop).channelOption(.tcpOption(.tcp_nodelay), value: 1).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
        }
        let channel = try await connect(bootstrap)
        let message = ByteBuffer(repeating: 0, count: request)
        let perSecond = try await withTaskExecutorPreference(onConnection ? LoopExecutor(loop) : nil) {
            try await withThrowingTaskGroup(of: Double.self) { group in
                for _ in 0..<tasks { group.addTask { try await rate { try await loop.flatSubmit { handler.value.ask(message, channel) }.get() } } }
                return try await group.reduce(0, +)
            }
        }
        print("{\"calls_per_second\": \(Int(perSecond)), \"us_per_call\": \(1e6 / perSecond)}")
    }

    private func rate(_ call: () async throws -> Void) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var (calls, elapsed) = (0, Duration.zero)
        while elapsed < .seconds(seconds) {
            try await call()
            calls += 1
            elapsed = clock.now - start
        }
        return Double(calls) / (elapsed / .seconds(1))
    }

    private func connect(_ bootstrap: ClientBootstrap) async throws -> any Channel {
        if address.hasPrefix("unix:") { return try await bootstrap.connect(unixDomainSocketPath: String(address.dropFirst(5))).get() }
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1]) else { throw ValidationError("'\(address)' is neither HOST:PORT nor unix:PATH") }
        return try await bootstrap.connect(host: String(parts[0]), port: port).get()
    }
}

/// Runs tasks on an event loop's thread.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop
    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Fulfils promises in their order, each when a reply's bytes are there.
private final class Replies: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let size: Int
    private var received = 0
    private var promises = CircularBuffer<EventLoopPromise<Void>>()

    init(of size: Int) { self.size = size }

    func ask(_ message: ByteBuffer, _ channel: any Channel) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        promises.append(promise)
        channel.writeAndFlush(message, promise: nil)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        while received >= size, let promise = promises.popFirst() {
            received -= size
            promise.succeed()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        while let promise = promises.popFirst() { promise.fail(ChannelError.eof) }
    }
}
