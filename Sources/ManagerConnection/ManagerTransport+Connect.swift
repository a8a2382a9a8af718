public import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ManagerTransport {
    /// Connects to a server.
    ///
    /// Tries each address of the host, those of IPv4 first. Cancelling the task gives up.
    ///
    /// - Parameters:
    ///   - address: where the server listens.
    ///   - group: a group of NIOPosix, which runs the connection.
    ///   - timeout: how long it may take in all, the look-up of the host's name included.
    ///   - peerTimeout: after how much silence a server on TCP is asked for a sign of life and, without one, taken for gone; `nil` for never.
    ///   - initializer: adds the handlers of the connection, on its event loop, before it is connected.
    /// - Returns: the connected channel, before any handshake.
    /// - Throws: ``TransportError``.
    public static func connect(
        to address: ManagerAddress,
        group: any EventLoopGroup,
        timeout: Duration = .seconds(10),
        peerTimeout: Duration? = nil,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(TransportError) -> any Channel {
        let connector = Connector(
            address: address, eventLoop: group.next(), deadline: .now() + TimeAmount(timeout),
            keepAlive: peerTimeout.map { KeepAlive(timeout: $0) }, initializer: initializer)
        return try await connector.connect()
    }
}

/// One attempt to connect, with what it needs at each step.
private struct Connector: Sendable {
    let address: ManagerAddress
    let eventLoop: any EventLoop
    let deadline: NIODeadline
    let keepAlive: KeepAlive?
    let initializer: @Sendable (any Channel) -> EventLoopFuture<Void>

    func connect() async throws(TransportError) -> any Channel {
        let resolver = AddressResolver(address: address, isPassive: false)
        let addresses = try await resolver.addresses(on: eventLoop, until: deadline)
        if case .tcp = address { return try await connectTCP(to: addresses) }
        return try await connectLocally(to: addresses[0])
    }

    /// Tries the addresses in turn; the failure of the first is the one that is told.
    private func connectTCP(to addresses: [SystemAddress]) async throws(TransportError) -> any Channel {
        var failure: TransportError?
        for candidate in addresses.compactMap(\.socketAddress) {
            do {
                return try await connectTCP(to: candidate)
            } catch {
                if error.reason == .cancelled { throw error }
                failure = failure ?? error
            }
        }
        throw failure ?? TransportError(.unknownHost, address)
    }

    private func connectTCP(to candidate: SocketAddress) async throws(TransportError) -> any Channel {
        let remaining = deadline - .now()
        guard remaining > .zero else { throw TransportError(.timedOut, address) }
        let abandonment = eventLoop.makePromise(of: Void.self)
        defer { abandonment.succeed() }
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(remaining)
            .channelInitializer { channel in
                abandonment.futureResult.whenFailure { _ in channel.close(promise: nil) }
                return initializer(channel)
            }
        for (option, value) in keepAlive?.options ?? [] { _ = bootstrap.channelOption(option, value: value) }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(to: candidate).get(failing: abandonment)
        } catch {
            throw Task.isCancelled ? TransportError(.cancelled, address) : TransportError(error, address)
        }
        try await refuseItself(channel)
        return channel
    }

    /// Where nobody listens, the system may have chosen the very port that is connected to, and TCP connects the socket with itself (RFC 9293, 3.5,
    /// simultaneous open). The server could not even start there again as long as that lasted.
    private func refuseItself(_ channel: any Channel) async throws(TransportError) {
        guard let own = channel.localAddress, own == channel.remoteAddress else { return }
        try? await channel.close()
        throw TransportError(.connectionRefused, address)
    }

    /// Connects to a Unix domain socket, which takes no time, unless the server's backlog is full.
    private func connectLocally(to candidate: SystemAddress) async throws(TransportError) -> any Channel {
        do {
            let socket = try SystemSocket(family: AF_UNIX)
            while try !isConnected(socket, to: candidate) {
                guard NIODeadline.now() < deadline else { throw TransportError(.timedOut, address) }
                try await Task.sleep(for: .milliseconds(2))
            }
            let bootstrap = ClientBootstrap(group: eventLoop).channelInitializer(initializer)
            return try await bootstrap.withConnectedSocket(socket.release()).get()
        } catch {
            throw TransportError(error, address)
        }
    }

    /// Tries to connect; `false` when the backlog is full.
    private func isConnected(_ socket: borrowing SystemSocket, to candidate: SystemAddress) throws -> Bool {
        do {
            try socket.connect(to: candidate)
            return true
        } catch {
            if error.code == EAGAIN { return false }
            // The system calls a file of another kind a socket at which nobody listens.
            if case .unix(let path) = address, SocketFile.isTaken(path) { throw SystemError(code: ENOTSOCK) }
            throw error
        }
    }
}
