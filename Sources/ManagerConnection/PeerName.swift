public import NIOCore

extension Channel {
    /// Where the peer is, for logs: `127.0.0.1:50000`, `[::1]:50000`, or `unix`.
    public var peerName: String {
        guard let address = remoteAddress, let host = address.ipAddress, let port = address.port else { return "unix" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
