import ArgumentParser
import Glibc
import NIOCore
import NIOPosix

/// A server that does nothing but what SwiftNIO needs to receive and to send: what any server on it can reach at most.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers every request with the same bytes, without reading it.",
        discussion: "Without --request it is asked by Redis commands, and counts asterisks: every command begins with one, and those of the load hold no other.")

    @Option(help: "Where the unix socket is made; without it a TCP port of 127.0.0.1 is.") var path: String?
    @Option(help: "How many threads serve connections.") var threads = 1
    @Option(help: "How many bytes a request has.") var request: Int?
    @Option(help: "How many bytes a reply has, when requests have a size.") var reply = 33

    func run() throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let bootstrap = ServerBootstrap(group: group)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [request, reply] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConstantReply(to: request, of: reply))
                }
            }
        let channel = if let path { try bootstrap.bind(unixDomainSocketPath: path).wait() } else { try bootstrap.bind(host: "127.0.0.1", port: 0).wait() }
        print("listening on \(path ?? "127.0.0.1:\(channel.localAddress?.port ?? 0)")")
        fflush(nil)
        try channel.closeFuture.wait()
    }
}

private final class ConstantReply: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let requestSize: Int?
    private let reply: [UInt8]
    private var pendingBytes = 0

    init(to requestSize: Int?, of replySize: Int) {
        self.requestSize = requestSize
        reply = requestSize == nil ? Array("$3\r\nxxx\r\n".utf8) : [UInt8](repeating: 0, count: replySize)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let requests = count(unwrapInboundIn(data))
        guard requests > 0 else { return }
        var output = context.channel.allocator.buffer(capacity: requests * reply.count)
        for _ in 0..<requests { output.writeBytes(reply) }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }

    private func count(_ received: ByteBuffer) -> Int {
        guard let requestSize else { return received.withUnsafeReadableBytes { bytes in bytes.count { $0 == UInt8(ascii: "*") } } }
        pendingBytes += received.readableBytes
        defer { pendingBytes %= requestSize }
        return pendingBytes / requestSize
    }
}
