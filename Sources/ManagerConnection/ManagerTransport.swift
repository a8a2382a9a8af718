public import NIOCore
import NIOPosix
import Glibc

public enum ManagerTransport {
    public static func listen(on address: ManagerAddress, group: any EventLoopGroup, backlog: Int32,
        childInitializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws -> (any Channel, ManagerAddress) {
        let b = ServerBootstrap(group: group).serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer(childInitializer)
        switch address {
        case .tcp(let host, let port):
            let c = try await b.bind(host: host.isEmpty ? "0.0.0.0" : host, port: port).get()
            return (c, .tcp(host, c.localAddress?.port ?? port))
        case .unix(let path):
            return (try await b.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get(), address)
        default: fatalError()
        }
    }
    public static func connect(to address: ManagerAddress, group: any EventLoopGroup, timeout: Duration,
        initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>) async throws -> any Channel {
        let b = ClientBootstrap(group: group).channelInitializer(initializer)
        switch address {
        case .tcp(let host, let port): return try await b.connect(host: host, port: port).get()
        case .unix(let path): return try await b.connect(unixDomainSocketPath: path).get()
        default: fatalError()
        }
    }
}
extension Channel { public func rearmQuickAcknowledgement() {} }
