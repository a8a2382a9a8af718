import ArgumentParser
import Glibc
import Multiprocessing

/// Which server, and the key to it.
struct ServerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the server is.", valueName: "HOST:PORT|unix:PATH"))
    var address: String

    @OptionGroup var key: KeyOptions

    /// A manager that is connected to the server.
    func connect() async throws -> Manager {
        let manager = Manager(address: try ManagerAddress(parsing: address), authkey: try key.read())
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
        if let authkeyFile { return AuthenticationKey(try Self.read(authkeyFile)) }
        guard let value = getenv(Self.variable) else {
            throw Failure("a key is needed: give --authkey-file FILE, or set \(Self.variable)")
        }
        let key = AuthenticationKey(String(cString: value))
        // So that the commands started from here do not inherit it.
        unsetenv(Self.variable)
        return key
    }

    /// A file's bytes without the newline that an editor or `echo` puts at the end.
    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("cannot read the key file \(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        warnIfOthersCanRead(descriptor, path)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw Failure("cannot read the key file \(path): \(String(cString: strerror(errno)))") }
        let key = buffer[..<count]
        guard let last = key.last else { throw Failure("the key file \(path) is empty") }
        return Array(last == 0x0a ? key.dropLast() : key)
    }

    private static func warnIfOthersCanRead(_ descriptor: Int32, _ path: String) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        StandardStreams.error("manager: warning: others can read the key file \(path): chmod 600 \(path)\n")
    }
}
