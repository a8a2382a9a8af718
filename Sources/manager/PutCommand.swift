import ArgumentParser
import Multiprocessing

/// `manager put`
struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Put items into a queue.",
        discussion: """
            Without ITEM, every line of standard input is an item. Items are strings (Python's str). Where the queue is full, waits for room.

            Example: manager put --address master:5000 --authkey-file key get_task a.log b.log
            Example: find . -name '*.log' | manager put --address master:5000 --authkey-file key get_task
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: ArgumentHelp("The name under which the queue is registered.", valueName: "QUEUE"))
    var queue: String

    @Argument(help: ArgumentHelp("What to put.", valueName: "ITEM"))
    var items: [String] = []

    func run() async throws {
        let (server, name, items) = (server, queue, items)
        try await Signals.endingOnRequest {
            let manager = try await server.connect()
            let queue = try await manager(TypeID<QueueProxy<PickleValue>>(name))
            if items.isEmpty {
                for await lines in StandardInput() { try await queue.put(contentsOf: lines.map(PickleValue.init(text:))) }
                try Task.checkCancellation()
            } else {
                try await queue.put(contentsOf: items.map(PickleValue.string))
            }
        }
    }
}
