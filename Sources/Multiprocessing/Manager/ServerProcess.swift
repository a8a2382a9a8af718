import Logging
import ManagedObjects
import ManagerConnection
import ManagerServer

/// What the process of a started manager runs: the server, until nobody needs it.
struct ServerProcess: ProcessTarget {
    /// The mangled name of the ``ManagerDefinition``.
    let definition: String
    let address: ManagerAddress
    let authkey: [UInt8]
    /// How long a client may be silent.
    let peerTimeout: Duration
    /// The folder of a private socket, which is gone when the server has ended, even if its parent was killed.
    let folder: PrivateFolder?
    /// What runs before the server listens.
    let initializer: EncodedTarget?

    init(
        _ definition: any ManagerDefinition.Type, address: ManagerAddress, authkey: AuthenticationKey, peerTimeout: Duration, folder: PrivateFolder?,
        initializer: (any ProcessTarget)?
    ) throws {
        guard let name = _mangledTypeName(definition), _typeByName(name) != nil else {
            throw ManagerError(.notSupported, """
                the server's process cannot find \(definition) by its name: declare it at file scope, not inside a \
                function and not private
                """)
        }
        self.definition = name
        self.address = address
        self.authkey = authkey.bytes
        self.peerTimeout = peerTimeout
        self.folder = folder
        self.initializer = try initializer.map { try EncodedTarget($0) }
    }

    func run() async throws {
        guard let definition = _typeByName(definition) as? any ManagerDefinition.Type else {
            throw ManagerError(.notSupported, "this program has no ManagerDefinition with the mangled name \(definition)")
        }
        try await initializer?.runAsInitializer()
        let server = try await definition.makeServer(address: address, authkey: AuthenticationKey(authkey)) { $0.peerTimeout = peerTimeout }
        CurrentProcess.parent?.report(Array(server.address.description.utf8))
        await withTaskGroup { group in
            group.addTask { await server.waitForShutdownRequest() }
            group.addTask { try? await CurrentProcess.parent?.isGone() }
            await group.next()
            group.cancelAll()
        }
        await server.shutdown()
        folder?.remove()
    }
}

extension ManagerDefinition {
    /// A server in this process, which accepts connections when this returns.
    static func makeServer(
        address: ManagerAddress, authkey: AuthenticationKey, configure: (inout ServerConfiguration) throws -> Void
    ) async throws -> ManagerServer {
        var registry = Registry()
        register(in: &registry)
        var configuration = ServerConfiguration(address: address, authkey: authkey)
        try configure(&configuration)
        return try await ManagerServer(registry, configuration: configuration, logger: Logger(label: "multiprocessing.server"))
    }
}
