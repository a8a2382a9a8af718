import NIOCore

/// Removes a listener's socket file, once: directly before the listener closes, or when it was closed by a failure.
///
/// While the socket is open no other file can have the identity of its own, so nothing else is removed; and a listener
/// that has closed has left no file behind.
final class SocketFileRemover: ChannelOutboundHandler, ChannelInboundHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    private var file: SocketFile?

    init(_ file: SocketFile) {
        self.file = file
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { remove() }
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        remove()
        context.fireChannelInactive()
    }

    private func remove() {
        file?.remove()
        file = nil
    }
}
