import ArgumentParser
import Multiprocessing

/// `manager get`
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Take items from a queue and print them, one a line.",
        discussion: """
            A string is printed as it is, anything else as Python's repr; with --json, everything as JSON. Waits for an item unless \
            --timeout is given; ends with status 1 when the time is over before --count items came.
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: ArgumentHelp("The name under which the queue is registered.", valueName: "QUEUE"))
    var queue: String

    @Option(help: "How many items to take.")
    var count: Int = 1

    @Option(help: ArgumentHelp("How long to wait for each item, in seconds.", valueName: "seconds"))
    var timeout: Double?

    @Flag(help: "Go on for ever.")
    var follow = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count must be at least 1.") }
        if let timeout, timeout < 0 { throw ValidationError("--timeout must not be negative.") }
    }

    func run() async throws {
        let command = self
        try await Signals.endingOnRequest { try await command.takeItems() }
    }

    private func takeItems() async throws {
        let manager = try await server.connect()
        let queue = try await manager(TypeID<QueueProxy<PickleValue>>(queue))
        var remaining = count
        while follow || remaining > 0 {
            StandardStreams.output(try text(try await take(queue)) + "\n")
            remaining -= 1
        }
    }

    private func take(_ queue: QueueProxy<PickleValue>) async throws -> PickleValue {
        guard let timeout else { return try await queue.get() }
        do {
            return try await queue.get(timeout: .seconds(timeout))
        } catch let error as RemoteError where error.type == .queueEmpty {
            throw Failure("\(self.queue) is empty: no item came in \(timeout) s", status: 1)
        }
    }

    private func text(_ item: PickleValue) throws -> String {
        json ? try JSONText(item).text : try item.pythonStr()
    }
}
