import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// How the system notices that the peer of a TCP connection is gone which could not say so: its machine has lost its power, or the network
/// between is cut. See tcp(7).
struct KeepAlive: Sendable {
    typealias Option = (option: ChannelOptions.Types.SocketOption, value: Int)

    let options: [Option]

    /// Asks a peer that is silent whether it is still there.
    ///
    /// - Parameter timeout: how long it may be silent; the system counts in whole seconds.
    init(timeout: Duration) {
        let seconds = max(Int(clamping: timeout.components.seconds), 2)
        let interval = max(seconds / 6, 1)
        options = [
            (.init(level: .socket, name: .so_keepalive), 1),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPIDLE)), max(seconds - 3 * interval, 1)),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPINTVL)), interval),
            (.init(level: .tcp, name: .init(rawValue: TCP_KEEPCNT)), 3),
        ]
    }

    private init(options: [Option]) { self.options = options }

    /// Also ends a connection whose peer has not acknowledged, or made no room for, what was sent to it that long: the questions above are not put
    /// while something is on its way.
    func limitingDelivery(to timeout: Duration) -> KeepAlive {
        let milliseconds = Int(min(timeout / .milliseconds(1), 1e9))
        return KeepAlive(options: options + [(.init(level: .tcp, name: .init(rawValue: TCP_USER_TIMEOUT)), milliseconds)])
    }
}
