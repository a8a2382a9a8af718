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

    private struct State {
        var others: [MultiplexedConnection] = []
        var opening: OneShot<Result<Void, any Error>>?
    }

    private let state = Mutex(State())

    init(_ main: MultiplexedConnection, open: @escaping @Sendable () async throws -> MultiplexedConnection) {
        self.main = main
        self.open = open
        main.whenEnded { [weak self] in self?.close() }
    }

    var isActive: Bool { main.isActive }
    var info: ServerInfo { main.info }

    func close() {
        main.close()
        for other in state.withLock({ $0.others }) { other.close() }
    }

    /// A connection with a place for one call, which has been taken.
    func connection(_ limit: CallLimit) async throws -> MultiplexedConnection {
        while true {
            if main.takePlace() { return main }
            guard main.isActive else { throw MultiplexedConnection.NotSent() }
            if let other = state.withLock({ $0.others.first { $0.takePlace() } }) { return other }
            try await limit.wait(for: opening()).get()
        }
    }

    /// Opens one more connection, for all who need it now.
    private func opening() -> OneShot<Result<Void, any Error>> {
        let (opening, isNew) = state.withLock { state in
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
        state.withLock { state in
            state.opening = nil
            state.others.removeAll { !$0.isActive }
            if case .success(let other) = result { state.others.append(other) }
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
