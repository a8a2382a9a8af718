public import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Listens on and connects to the addresses of managers. CPython's `SocketListener` and `SocketClient`.
///
/// TCP sockets have `TCP_NODELAY`; see also `Channel.rearmQuickAcknowledgement()`.
public enum ManagerTransport {
    /// Listens for connections.
    ///
    /// A socket file is its owner's alone, takes the place of one that a dead server left behind, and is removed when the
    /// channel closes. While descriptors are short, connections wait to be accepted.
    ///
    /// - Parameters:
    ///   - address: where to listen; the TCP port 0 stands for a free one.
    ///   - group: a group of NIOPosix, which runs the listener and the connections.
    ///   - backlog: how many connections may wait to be accepted.
    ///   - peerTimeout: after how much silence a peer on TCP is asked for a sign of life and, without one, taken for gone; `nil` for never.
    ///   - maximumConnections: how many may be open. A few more may be accepted at the same moment; further ones wait.
    ///   - childInitializer: adds the handlers of a connection, on its event loop.
    /// - Returns: the listening channel; and `address`, with the port that was taken.
    /// - Throws: ``TransportError``.
    public static func listen(
        on address: ManagerAddress,
        group: any EventLoopGroup,
        backlog: Int32 = 1024,
        peerTimeout: Duration? = nil,
        maximumConnections: Int = .max,
        childInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(TransportError) -> (channel: any Channel, address: ManagerAddress) {
        let deadline = NIODeadline.now() + .seconds(30)
        let socket = try await listeningSocket(on: address, backlog: backlog, lookUp: group.any(), until: deadline)
        let file = socket.file
        let bootstrap = ServerBootstrap(group: group).childChannelInitializer(childInitializer)
        if case .tcp = address { configure(bootstrap, peerTimeout) }
        let channel = try await adopt(socket.release(), file, backlog: backlog, address: address, bootstrap: bootstrap, maximumConnections)
        return (channel, address.replacingPort(with: channel.localAddress?.port))
    }

    private static func listeningSocket(
        on address: ManagerAddress, backlog: Int32, lookUp eventLoop: any EventLoop, until deadline: NIODeadline
    ) async throws(TransportError) -> ListeningSocket {
        let resolver = AddressResolver(address: address, isPassive: true)
        let first = try await resolver.addresses(on: eventLoop, until: deadline)[0]
        do {
            if case .unix(let path) = address { return try ListeningSocket(at: first, path: path, backlog: backlog) }
            return try ListeningSocket(at: first, backlog: backlog)
        } catch {
            throw TransportError(code: error.code, address)
        }
    }

    private static func configure(_ bootstrap: ServerBootstrap, _ peerTimeout: Duration?) {
        _ = bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        guard let peerTimeout else { return }
        for (option, value) in KeepAlive(timeout: peerTimeout).limitingDelivery(to: peerTimeout).options {
            _ = bootstrap.childChannelOption(option, value: value)
        }
    }

    private static func adopt(
        _ descriptor: CInt, _ file: SocketFile?, backlog: Int32, address: ManagerAddress, bootstrap: ServerBootstrap,
        _ maximumConnections: Int
    ) async throws(TransportError) -> any Channel {
        let configured = bootstrap.serverChannelInitializer { channel in
            // NIO has listened on the socket with a backlog of its own.
            changeBacklog(of: descriptor, to: backlog)
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(AcceptGate(maximumConnections: maximumConnections) { hasSpareDescriptors(descriptor) })
                if let file { try channel.pipeline.syncOperations.addHandler(SocketFileRemover(file)) }
            }
        }
        do {
            return try await configured.withBoundSocket(descriptor).get()
        } catch {
            throw TransportError(error, address)
        }
    }
}

extension ManagerAddress {
    fileprivate func replacingPort(with port: Int?) -> ManagerAddress {
        if case .tcp(let host, 0) = self, let port { return .tcp(host: host, port: port) }
        return self
    }
}
