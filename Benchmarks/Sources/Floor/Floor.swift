import ArgumentParser
import Glibc
import NIOCore
import NIOPosix

/// A server that does nothing but what SwiftNIO needs to receive and to send: what any server on it can reach at most.
@main struct Floor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answers every Redis command with the same value, without reading it.",
        discussion: "It counts the asterisks that it receives: every command begins with one, and those of the load hold no other.")

    @Option(help: "Where the unix socket is made.") var path: String
    @Option(help: "How many threads serve connections.") var threads = 1

    func run() throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let channel = try ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(ConstantReply()) }
            }
            .bind(unixDomainSocketPath: path).wait()
        print("listening on \(path)")
        fflush(nil)
        try channel.closeFuture.wait()
    }
}

private final class ConstantReply: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let reply = Array("$3\r\nxxx\r\n".utf8)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let commands = unwrapInboundIn(data).withUnsafeReadableBytes { bytes in bytes.count { $0 == UInt8(ascii: "*") } }
        var output = context.channel.allocator.buffer(capacity: commands * Self.reply.count)
        for _ in 0..<commands { output.writeBytes(Self.reply) }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }
}
