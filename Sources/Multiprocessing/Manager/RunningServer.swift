public import ManagerConnection
import ManagerServer

/// A manager's server in this process.
public struct RunningServer: Sendable {
    let server: ManagerServer

    /// Where it listens; with a port of 0 in the manager's address, the real one.
    public var address: ManagerAddress { server.address }

    /// Serves until a client asks the server to end or the task is cancelled (`get_server().serve_forever()`).
    public func serveForever() async {
        await server.waitForShutdownRequest()
        await server.shutdown()
    }

    /// Ends it.
    public func shutdown() async {
        await server.shutdown()
    }
}
