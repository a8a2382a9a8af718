import ArgumentParser
import Glibc
import Multiprocessing

/// Which server, and the key to it.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the server is.", valueName: "HOST:PORT|unix:PATH"))
    var address: String

    @OptionGroup var key: KeyOptions

    @OptionGroup var tls: TLSOptions

    /// A manager that is connected to the server.
    func connect() async throws -> Manager {
        let manager = Manager(
            address: try ManagerAddress(parsing: address), authkey: try key.read(), configuration: ManagerConfiguration(tls: tls.client))
        try await manager.connect()
        return manager
    }
}

/// Where the key comes from: never from the command line, which every user of the machine can read.
struct KeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp(
        "The file that holds the key. Without it, the key is taken from the environment variable MANAGER_AUTHKEY.", valueName: "file"))
    var authkeyFile: String?

    static let variable = "MANAGER_AUTHKEY"

    /// The key.
    ///
    /// - Throws: ``Failure`` when there is none or it cannot be read.
    func read() throws -> AuthenticationKey {
        if let authkeyFile { return try KeyFile.read(authkeyFile) }
        // With an empty one, as of a variable that was meant to be set, everybody would be let in.
        guard let key = Self.keyOfEnvironment, !key.bytes.isEmpty else {
            throw Failure("a key is needed: give --authkey-file FILE, or set \(Self.variable)")
        }
        return key
    }

    /// Takes the key out of the environment, used or not, so that the commands started from here do not inherit it, and that it stands in `/proc`
    /// no more.
    static func clearEnvironment() { _ = keyOfEnvironment }

    private static let keyOfEnvironment: AuthenticationKey? = {
        guard let value = getenv(variable) else { return nil }
        let length = strlen(value)
        let key = AuthenticationKey(UnsafeRawBufferPointer(start: value, count: length))
        memset(value, 0, length)
        unsetenv(variable)
        return key
    }()
}
