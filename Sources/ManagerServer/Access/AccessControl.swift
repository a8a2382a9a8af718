import ManagerConnection
import NIOCore
import Synchronization

/// Who may use the server at this moment, and the TLS of connections; both may be replaced while the server runs.
final class AccessControl: Sendable {
    private struct State {
        var access: ServerAccess
        var tls: ServerTLSContext?
    }

    private let state: Mutex<State>

    /// - Throws: ``TLSError`` when a file of the TLS cannot be used.
    convenience init(_ access: ServerAccess, _ tls: ServerTLS?) throws(TLSError) {
        self.init(access, try tls.map { (tls) throws(TLSError) in try ServerTLSContext(tls) })
    }

    init(_ access: ServerAccess, _ tls: ServerTLSContext? = nil) {
        state = Mutex(State(access: access, tls: tls))
    }

    var current: ServerAccess { state.withLock { $0.access } }

    func replace(with access: ServerAccess) { state.withLock { $0.access = access } }

    func replace(with tls: ServerTLSContext?) { state.withLock { $0.tls = tls } }

    /// Has a connection that was accepted speak TLS, if the server does.
    func secure(_ channel: any Channel) throws {
        try state.withLock({ $0.tls })?.secure(channel)
    }
}

/// What becomes of a session whose server has other keys from now on.
enum AccessChange: Equatable {
    /// It goes on with a valid key, or there was no session yet.
    case none
    /// It goes on, though nobody gets in any more with the key that opened it.
    case staysWithFormerKey
    /// Its holder has no keys any more.
    case ended
}
