import ArgumentParser
import Logging
import ManagerServer
import Multiprocessing

/// `manager serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a manager's server.",
        discussion: """
            Prints one line on standard output when it accepts connections, `listening on ADDRESS`, and logs to standard error. \
            The types that Python's SyncManager registers are there by default.

            Example: manager serve --address 0.0.0.0:5000 --authkey-file key --register get_task=Queue --register get_result=Queue
            """)

    @Option(help: ArgumentHelp("Where to listen; with port 0, any free one.", valueName: "HOST:PORT|unix:PATH"))
    var address: String

    @OptionGroup var key: KeyOptions

    @Option(help: ArgumentHelp("Make one object of this type, shared by all who ask for the name. May be given several times.", valueName: "NAME=TYPE"))
    var register: [String] = []

    func run() async throws {
        var configuration = ServerConfiguration(address: try ManagerAddress(parsing: address), authkey: try key.read())
        configuration.backlog = 4_096
        let (registry, settings) = (try registry(), configuration)
        try await Signals.untilRequested {
            let server = try await ManagerServer(
                registry, configuration: settings, logger: Logger(label: "manager") { StreamLogHandler.standardError(label: $0) })
            StandardStreams.output("listening on \(server.address)\n")
            await server.waitForShutdownRequest()
            await server.shutdown()
        }
    }

    private func registry() throws -> Registry {
        var registry = Registry.standard
        for entry in register {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw Failure("--register \(entry): write NAME=TYPE, such as get_task=Queue") }
            do {
                try registry.register(parts[0], sharing: parts[1])
            } catch {
                throw Failure("--register \(entry): no object of type '\(parts[1])' can be made; types: \(Registry.standard.typeIDs.joined(separator: ", "))")
            }
        }
        return registry
    }
}
