public import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Channel {
    /// Who the peer is, for logs: `127.0.0.1:50000`, `[::1]:50000`, or for a Unix domain socket `unix:uid=1000,pid=4711`. To be asked on the channel's
    /// event loop.
    public var peerName: String {
        guard let address = remoteAddress, let host = address.ipAddress, let port = address.port else { return localPeerName }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private var localPeerName: String {
        let option = NIOBSDSocket.Option(rawValue: CInt(SO_PEERCRED))
        let asked: EventLoopFuture<PeerCredentials>? = (self as? any SocketOptionProvider)?.unsafeGetSocketOption(level: .socket, name: option)
        var name = "unix"
        // On the event loop the answer is there at once.
        asked?.assumeIsolated().whenSuccess { name += ":uid=\($0.user),pid=\($0.process)" }
        return name
    }
}

/// The process at the other end when it connected: Linux's `struct ucred`.
private struct PeerCredentials: Sendable {
    var process: pid_t
    var user: uid_t
    var group: gid_t
}
