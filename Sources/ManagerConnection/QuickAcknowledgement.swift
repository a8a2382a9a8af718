public import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Channel {
    /// Has the system acknowledge what arrives at once, until it goes back to delaying by itself; nothing for other than TCP.
    ///
    /// To be called on the channel's event loop, when it connects and after each read of the handshake. A Python client
    /// writes the handshake's last message and its request separately, without `TCP_NODELAY`: the second write waits for
    /// the acknowledgement of the first, which the system would delay by 40 ms. See Linux's `TCP_QUICKACK`, tcp(7).
    public func rearmQuickAcknowledgement() {
        guard let family = localAddress?.protocol, family == .inet || family == .inet6 else { return }
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: NIOBSDSocket.Option(rawValue: CInt(TCP_QUICKACK)))
        // A connection that has just been closed has no more use for it.
        try? syncOptions?.setOption(option, value: 1)
    }
}
