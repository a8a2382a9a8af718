public import ManagerConnection
public import ManagerServer
public import ServiceLifecycle
import Synchronization

/// A manager's server in this process, which accepts connections from its making on: a service for a `ServiceGroup`.
///
/// <!-- given: key: AuthenticationKey, logger: Logger -->
/// ```swift
/// let server = try await Manager(address: .tcp("0.0.0.0", 5000), authkey: key).server()
/// let group = ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
/// try await group.run()
/// ```
///
/// Once it has ended, it cannot be run again: `run()` then returns at once.
public final class RunningServer: Service {
    private let server: ManagerServer
    private let ending = Mutex<Task<Void, Never>?>(nil)
    /// A client has asked for the end, or it has come.
    private let endIsWanted = OneShot<Void>()

    init(_ server: ManagerServer) {
        self.server = server
        Task { [endIsWanted] in
            await server.waitForShutdownRequest()
            endIsWanted.set(())
        }
    }

    /// Where it listens; with a port of 0 in the manager's address, the real one.
    public var address: ManagerAddress { server.address }

    /// Replaces the keys and what they allow; `ManagerServer` says what becomes of the sessions that are there: those stay whose holder's name is still there.
    public func replaceAccess(with access: ServerAccess) { server.replaceAccess(with: access) }

    /// Reads certificates and keys of TLS again; connections that are there go on as they are.
    ///
    /// - Throws: `TLSError` when a file cannot be used; what was in force stays in force.
    public func replaceTLS(with tls: ServerTLS?) throws(TLSError) { try server.replaceTLS(with: tls) }

    /// Opens the audit log by its name again, after it has been moved away.
    public func reopenAuditLog() { server.reopenAuditLog() }

    /// Serves until a client asks the server to end, ``shutdown()`` is called, the service group shuts down gracefully, or the task is
    /// cancelled. When it returns, every connection is closed and nothing listens any more. It throws nothing.
    public func run() async {
        // What it throws is the cancellation, which is one way to end it.
        try? await cancelWhenGracefulShutdown { [endIsWanted] in try await endIsWanted.value() }
        await shutdown()
    }

    /// The same by Python's name (`get_server().serve_forever()`).
    public func serveForever() async { await run() }

    /// Ends it: calls in flight get a ``ManagerError``, and what the clients held is gone.
    ///
    /// Several tasks may call it; each returns when the server has ended.
    public func shutdown() async {
        let task = ending.withLock { ending in
            let task = ending ?? Task { [server] in await server.shutdown() }
            ending = task
            return task
        }
        await task.value
    }
}
