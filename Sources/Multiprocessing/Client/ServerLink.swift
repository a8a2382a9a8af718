import Pickle
import Synchronization

/// This process's way to one run of a server that carries many calls on a connection: one connection, and further ones when that has as many calls
/// outstanding as it may have.
///
/// The first also holds this process's references. When it ends, they do, and so does the link.
final class ServerLink: Sendable {
    /// What such a server reads.
    static let version = PickleProtocol.v4

    let main: MultiplexedConnection
    private let open: @Sendable () async throws -> MultiplexedConnection

    /// The further connections. They are an object of their own, so that the first one's end can close them without a reference to the link.
    private final class Others: Sendable {
        struct State {
            var connections: [MultiplexedConnection] = []
            var opening: OneShot<Result<Void, any Error>>?
        }

        let state = Mutex(State())

        func close() {
            for connection in state.withLock({ $0.connections }) { connection.close() }
        }
    }

    private let others = Others()

    init(_ main: MultiplexedConnection, open: @escaping @Sendable () async throws -> MultiplexedConnection) {
        self.main = main
        self.open = open
        main.whenEnded { [others] in others.close() }
    }

    var isActive: Bool { main.isActive }
    var info: ServerInfo { main.info }

    func close() {
        main.close()
        others.close()
    }

    /// A call that has been sent.
    typealias Sent = (number: UInt64, connection: MultiplexedConnection)

    /// Sends a request over a connection that has room for it.
    ///
    /// - Throws: `MultiplexedConnection.NotSent` when the link has ended; ``ManagerError``, `CancellationError`.
    func send(_ request: [UInt8], _ limit: CallLimit) async throws -> Sent {
        try Task.checkCancellation()
        try limit.check()
        while true {
            if let number = main.send(request, limit) { return (number, main) }
            guard main.isActive else { throw MultiplexedConnection.NotSent() }
            for other in others.state.withLock({ $0.connections }) {
                if let number = other.send(request, limit) { return (number, other) }
            }
            try await limit.wait(for: opening()).get()
        }
    }

    /// Sends a request that does not wait at the server, over the connection that holds this process's references.
    func sendUrgently(_ request: [UInt8], _ limit: CallLimit) throws -> Sent {
        try Task.checkCancellation()
        try limit.check()
        guard let number = main.send(request, limit, isUrgent: true) else { throw MultiplexedConnection.NotSent() }
        return (number, main)
    }

    /// Opens one more connection, for all who need it now.
    private func opening() -> OneShot<Result<Void, any Error>> {
        let (opening, isNew) = others.state.withLock { state in
            if let known = state.opening { return (known, false) }
            let new = OneShot<Result<Void, any Error>>()
            state.opening = new
            return (new, true)
        }
        if isNew { Task { opening.set(await self.openAnother()) } }
        return opening
    }

    private func openAnother() async -> Result<Void, any Error> {
        let result = await Result { try await open() }
        others.state.withLock { state in
            state.opening = nil
            state.connections.removeAll { !$0.isActive }
            if case .success(let other) = result { state.connections.append(other) }
        }
        return result.flatMap { other in
            guard isActive, other.info.epoch == info.epoch else {
                close()
                return .failure(MultiplexedConnection.NotSent())
            }
            return .success(())
        }
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
