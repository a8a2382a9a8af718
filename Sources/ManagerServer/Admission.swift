import ManagedObjects
import ManagerConnection
import OrderedCollections

/// Who is connected, and who may be besides: a state machine, behind the lock of ``Connections``.
struct Admission {
    /// How many connections there may be.
    struct Limits {
        /// From one address of the network.
        var perPeer: Int
        /// That have not authenticated yet.
        var unauthenticated: Int

        init(perPeer: Int, unauthenticated: Int) {
            self.perPeer = perPeer
            self.unauthenticated = unauthenticated
        }

        /// Strangers get no more than half of the descriptors, so that they cannot use them up.
        init(_ configuration: ServerConfiguration) {
            self.init(
                perPeer: configuration.maximumConnectionsPerPeer,
                unauthenticated: min(configuration.maximumUnauthenticatedConnections, max(maximumDescriptorCount() / 2, 1)))
        }
    }

    /// What is to be done about a new connection.
    enum Decision: Equatable {
        case accepted
        /// Accepted; the oldest of those that have not authenticated makes room for it. A peer with the key needs milliseconds.
        case acceptedInsteadOf(SessionID)
        /// Its peer has as many as it may have.
        case refused
    }

    private let limits: Limits
    private var unauthenticated: OrderedSet<SessionID> = []
    private var byPeer: [String: Int] = [:]

    init(_ limits: Limits) { self.limits = limits }

    /// - Parameter peer: the peer's address in the network; `nil` for one of this machine's own sockets, of which all come from the same.
    mutating func admit(_ id: SessionID, from peer: String?) -> Decision {
        if let peer {
            guard byPeer[peer, default: 0] < limits.perPeer else { return .refused }
            byPeer[peer, default: 0] += 1
        }
        let oldest = unauthenticated.count >= limits.unauthenticated ? unauthenticated.first : nil
        if let oldest { unauthenticated.remove(oldest) }
        unauthenticated.append(id)
        return oldest.map { .acceptedInsteadOf($0) } ?? .accepted
    }

    mutating func hasAuthenticated(_ id: SessionID) { unauthenticated.remove(id) }

    mutating func hasLeft(_ id: SessionID, from peer: String?) {
        unauthenticated.remove(id)
        guard let peer, let count = byPeer[peer] else { return }
        byPeer[peer] = count > 1 ? count - 1 : nil
    }
}
