public import Logging
public import ManagedObjects
public import NIOCore
import NIOPosix
import Pickle

/// A server that listens nowhere: what measurements, fuzzers and tests give bytes to.
@_spi(Parts) public struct SocketlessServer: Sendable {
    private let configuration: ServerConfiguration
    private let connections: Connections
    private let context: ServerContext

    /// - Parameters:
    ///   - registry: what it offers.
    ///   - configuration: as a server's; the address is what tokens carry.
    public init(_ registry: Registry, configuration: ServerConfiguration, logger: Logger) {
        self.configuration = configuration
        connections = Connections(Admission.Limits(configuration), wakingOn: MultiThreadedEventLoopGroup.singleton.next())
        let (_, requestShutdown) = AsyncStream.makeStream(of: Void.self)
        context = ServerContext(
            registry, configuration, connections, AccessControl(configuration.access), nil, logger, requestShutdown: requestShutdown)
    }

    /// Serves a channel as a connection that has been accepted, handshake included.
    ///
    /// - Parameter channel: one of NIO's; an `EmbeddedChannel`, say.
    public func accept(_ channel: any Channel) -> EventLoopFuture<Void> { context.accept(channel) }

    /// How many connections there are now.
    public var connectionCount: Int { connections.count }

    /// How many objects peers refer to now.
    public var referencedObjectCount: Int { context.objects.count }

    /// A session without a connection. It is not among those that answers to waiting calls are brought to.
    public func session() -> SocketlessSession {
        SocketlessSession(
            Session(
                id: SessionID(.max), functions: context.functions, connections: connections, limits: configuration.pickleLimits,
                python: configuration.python))
    }
}

/// What a connection asks of a session, without the connection: a request's pickle in, a reply's frame out.
@_spi(Parts) public struct SocketlessSession {
    private var session: Session
    private var replies = ReplyOutput()
    private var last: UInt64 = 0

    init(_ session: Session) { self.session = session }

    /// Answers one request.
    ///
    /// - Parameters:
    ///   - request: the pickle of `(ident, methodname, args, kwds)`.
    ///   - now: the time.
    ///   - output: the reply's frame is written behind what is there.
    /// - Returns: `false` when the call waits; nothing has then been written.
    public mutating func serve(_ request: UnsafeRawBufferPointer, now: Timestamp, into output: inout ByteBuffer) -> Bool {
        last += 1
        guard case .answered(let reply) = session.serve(FrameBytes(request), as: last, now: now) else { return false }
        replies.writeFrame(nil, reply, at: session.peerProtocol)
        replies.move(to: &output)
        return true
    }
}
