/// How far a manager has come. `Manager`'s documentation has the transitions.
enum ManagerState: Sendable {
    case new
    case starting(Task<ManagerInUse, any Error>)
    case running(ManagerInUse)
    /// Shut down, as soon as the task is done.
    case shutDown(Task<Void, Never>)

    /// Why this state does not allow to begin.
    var objectionToBeginning: ManagerError? {
        switch self {
        case .new: nil
        case .starting, .running:
            ManagerError(.alreadyRunning, "this manager has been started or connected before: make another Manager")
        case .shutDown: Self.isShutDown
        }
    }

    /// Why this state does not allow to use the server.
    var objectionToUse: ManagerError {
        switch self {
        case .new, .running: ManagerError(.notRunning, "the manager is not running: call start() or connect() first")
        case .starting: ManagerError(.notRunning, "the manager is still starting: use it when start() or connect() has returned")
        case .shutDown: Self.isShutDown
        }
    }

    private static let isShutDown = ManagerError(.notRunning, "this manager has been shut down: make another Manager")
}

/// A server that a manager uses, and the server's process if it is the manager's own.
struct ManagerInUse: Sendable {
    let client: ManagerClient
    var process: ChildProcess?
    var folder: PrivateFolder?

    /// Ends what is the manager's own, and waits for it.
    func end() async {
        abandon()
        await process?.joinOrKill(after: .seconds(5))
        folder?.remove()
    }

    /// The same without waiting.
    func abandon() {
        client.close()
        process?.hangUp()
        folder?.remove()
    }
}
