import ArgumentParser
import Multiprocessing

/// `manager call`
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Call a method of an object and print what it returns.",
        discussion: """
            Arguments are JSON; one that is not is taken as a string. The result is printed as Python's repr, or with --json as JSON.

            Example: manager call --address :5000 --authkey-file key get_task put '[1, "two", null]'
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: ArgumentHelp("The name under which the object is registered.", valueName: "NAME"))
    var name: String

    @Argument(help: ArgumentHelp("The method.", valueName: "METHOD"))
    var method: String

    @Argument(help: ArgumentHelp("Arguments, as JSON.", valueName: "ARGUMENT"))
    var arguments: [String] = []

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() async throws {
        let command = self
        try await Signals.endingOnRequest { try await command.call() }
    }

    private func call() async throws {
        let manager = try await server.connect()
        let object = try await manager.proxy(name)
        let values = arguments.map { JSONText.value($0) ?? .string($0) }
        do {
            let result: PickleValue = try await object.call(method, values)
            StandardStreams.output((json ? try JSONText(result).text : try result.pythonRepr()) + "\n")
        } catch let error as RemoteError {
            throw Failure("\(name).\(method): \(error)", status: 1)
        }
    }
}
