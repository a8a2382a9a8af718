import NIOCore

/// Stands behind the handler that speaks TLS: tells its errors as ``TLSError``s, and does not wait for ever for a peer that does not begin.
final class TLSErrorHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let explain: (any Error, any Channel) -> TLSError?
    private let patience: Duration?
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - explain: what an error says, if it is one of TLS.
    ///   - patience: how long the peer may take to speak TLS; `nil` when somebody else sees to that.
    init(patience: Duration? = nil, explain: @escaping (any Error, any Channel) -> TLSError?) {
        self.explain = explain
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        if let patience {
            timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(patience)) {
                context.fireErrorCaught(TLSError("the client did not speak TLS within \(patience): it may be one without TLS, which waits for the server's first word"))
            }
        }
        context.fireChannelActive()
    }

    /// Both sides speak TLS.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        timer?.cancel()
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        timer?.cancel()
        context.fireErrorCaught(explain(error, context.channel) ?? error)
    }
}
