import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Stops a listener from accepting while descriptors are short, or there are enough connections; further ones wait in its backlog.
///
/// A few have to be left over: without any, libdispatch ends the process on Linux, because it opens a file to watch its
/// threads. And a listener whose `accept` has failed stays readable, so that NIO would try again at once, for ever;
/// NIO's `AcceptBackoffHandler` does not help, because the read that failed is still pending.
final class AcceptGate: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.milliseconds(50)

    private let maximumConnections: Int
    private let hasSpareDescriptors: @Sendable () -> Bool
    private var connections = 0
    private var isClosed = false

    /// - Parameters:
    ///   - maximumConnections: how many may be open.
    ///   - hasSpareDescriptors: whether the process may open more files; asked after each connection, and while none is accepted.
    init(maximumConnections: Int = .max, hasSpareDescriptors: @escaping @Sendable () -> Bool) {
        self.maximumConnections = maximumConnections
        self.hasSpareDescriptors = hasSpareDescriptors
    }

    private var hasRoom: Bool { connections < maximumConnections && hasSpareDescriptors() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connections += 1
        let gate = NIOLoopBound(self, eventLoop: context.eventLoop)
        unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in gate.value.connections -= 1 }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !hasRoom { close(context) }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let code = (error as? IOError)?.errnoCode else { return context.fireErrorCaught(error) }
        // A peer that gave up while it waited leaves the way free for the next.
        if code != ECONNABORTED { close(context) }
    }

    private func close(_ context: ChannelHandlerContext) {
        if isClosed { return }
        isClosed = true
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        openLater(context)
    }

    private func openLater(_ context: ChannelHandlerContext) {
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) { self.open(context) }
    }

    private func open(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        guard hasRoom else { return openLater(context) }
        isClosed = false
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }
}

/// Whether the process may open some more files: all descriptors below the lowest free one are taken.
///
/// - Parameter descriptor: any that is open.
func hasSpareDescriptors(_ descriptor: CInt) -> Bool {
    let lowest = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard lowest >= 0 else { return false }
    close(lowest)
    let limit = maximumDescriptorCount()
    return Int(lowest) < limit - min(32, limit / 4)
}

/// How many files the process may have open.
public func maximumDescriptorCount() -> Int {
    let limit = sysconf(CInt(_SC_OPEN_MAX))
    return limit < 0 ? .max : limit
}
