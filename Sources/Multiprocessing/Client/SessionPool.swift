import Synchronization

/// Connections that carry one call at a time; a call, or what needs a session of its own, borrows one.
final class SessionPool: Sendable {
    private struct State {
        var idle: [ClientConnection] = []
        var busy: [ObjectIdentifier: ClientConnection] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let maximumIdle: Int

    init(maximumIdle: Int) { self.maximumIdle = maximumIdle }

    /// - Parameter open: opens a session, when none is idle.
    func borrow(_ open: () async throws -> ClientConnection) async throws -> ClientConnection {
        while let idle = state.withLock({ $0.idle.popLast() }) {
            if idle.isActive { return try lend(idle) }
        }
        return try lend(try await open())
    }

    private func lend(_ session: ClientConnection) throws -> ClientConnection {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.busy[ObjectIdentifier(session)] = session }
            return !state.isClosed
        }
        guard isOpen else {
            session.close()
            throw ManagerClient.closed
        }
        return session
    }

    func giveBack(_ session: ClientConnection) {
        let isKept = state.withLock { state in
            let wasBusy = state.busy.removeValue(forKey: ObjectIdentifier(session)) != nil
            guard wasBusy, session.isActive, state.idle.count < maximumIdle else { return false }
            state.idle.append(session)
            return true
        }
        if !isKept { session.close() }
    }

    /// Closes a session that was lent.
    func discard(_ session: ClientConnection) {
        _ = state.withLock { $0.busy.removeValue(forKey: ObjectIdentifier(session)) }
        session.close()
    }

    /// Closes all, those that are lent, too.
    func close() {
        let sessions = state.withLock { state in
            defer { (state.idle, state.busy) = ([], [:]) }
            state.isClosed = true
            return state.idle + state.busy.values
        }
        for session in sessions { session.close() }
    }
}
