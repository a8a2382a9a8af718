import ArgumentParser
import Multiprocessing

/// `manager info`
struct InfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Say what a server is: its kind and version, the epoch, and how many objects it has.",
        discussion: """
            The epoch is another number at each start of the server: when it has changed, the server was started again and what it held is gone.
            CPython's servers have no version and no epoch.

            Example: manager info --address :5000 --authkey-file key
            """)

    @OptionGroup var server: ServerOptions

    @Flag(help: "Print one line of JSON.")
    var json = false

    func run() async throws {
        let command = self
        try await Signals.endingOnRequest { try await command.inform() }
    }

    private func inform() async throws {
        let manager = try await server.connect()
        let information = try await manager.serverInformation()
        let entries: [(key: PickleValue, value: PickleValue)] = [
            ("server", .string(information.name)), ("version", information.version.map { .int($0) } ?? .none),
            ("epoch", information.epoch.map { .int($0) } ?? .none), ("objects", .int(information.objectCount)),
        ]
        if json {
            StandardStreams.output(try JSONText(.dictionary(PickleEntries(entries))).text + "\n")
        } else {
            for (name, value) in entries where value != .none { StandardStreams.output("\(try name.pythonStr()): \(try value.pythonStr())\n") }
        }
    }
}
