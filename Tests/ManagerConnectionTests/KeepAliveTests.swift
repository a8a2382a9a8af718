import Glibc
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import ManagerConnection

@Suite(.timeLimit(.minutes(1))) struct KeepAliveTests {
    private static let group = MultiThreadedEventLoopGroup.singleton

    private static func tcp(_ name: CInt, of channel: any Channel) async throws -> Int {
        let value = try await channel.getOption(.init(level: .tcp, name: .init(rawValue: name)) as ChannelOptions.Types.SocketOption).get()
        return Int(CInt(truncatingIfNeeded: value))
    }

    private static func isKeptAlive(_ channel: any Channel) async throws -> Bool {
        CInt(truncatingIfNeeded: try await channel.getOption(.init(level: .socket, name: .so_keepalive) as ChannelOptions.Types.SocketOption).get()) != 0
    }

    /// The two ends of a connection whose peers may be silent that long.
    private static func connection(_ address: ManagerAddress, _ timeout: Duration?) async throws -> (server: any Channel, client: any Channel) {
        let (accepted, accept) = AsyncStream.makeStream(of: (any Channel).self)
        let (listener, address) = try await ManagerTransport.listen(on: address, group: group, peerTimeout: timeout) { channel in
            accept.yield(channel)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let client = try await ManagerTransport.connect(to: address, group: group, peerTimeout: timeout) { $0.eventLoop.makeSucceededVoidFuture() }
        var iterator = accepted.makeAsyncIterator()
        let server = try #require(await iterator.next())
        // A listener that ends takes along what it has accepted and not yet handed over.
        try await waitUntil { server.isActive }
        try await listener.close()
        return (server, client)
    }

    @Test(arguments: [(60, [30, 10, 3]), (2, [1, 1, 3]), (1, [1, 1, 3]), (7, [4, 1, 3])])
    func `Both ends on TCP ask silent peers, in time`(seconds: Int, expected: [Int]) async throws {
        let (server, client) = try await Self.connection(.tcp("127.0.0.1", 0), .seconds(seconds))
        for channel in [server, client] {
            #expect(try await Self.isKeptAlive(channel))
            var values: [Int] = []
            for name in [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT] { values.append(try await Self.tcp(name, of: channel)) }
            #expect(values == expected)
        }
        // What a server sends must be taken in that time; a client's may wait until the server comes to read it.
        #expect(try await Self.tcp(TCP_USER_TIMEOUT, of: server) == 1_000 * seconds)
        #expect(try await Self.tcp(TCP_USER_TIMEOUT, of: client) == 0)
        for channel in [server, client] { try? await channel.close() }
    }

    @Test func `Without a time nobody is asked`() async throws {
        let (server, client) = try await Self.connection(.tcp("127.0.0.1", 0), nil)
        for channel in [server, client] { #expect(try await !Self.isKeptAlive(channel)) }
        for channel in [server, client] { try? await channel.close() }
    }

    @Test func `Silence is too long after so many looks without a sound between`() {
        var silence = Silence()
        var looks: [Bool] = []
        for hears in [true, false, false, false, true, false, false, false, false, false, true] {
            if hears { silence.end() }
            looks.append(silence.look())
        }
        #expect(looks == [false, false, false, false, false, false, false, false, true, true, false])
    }
}
