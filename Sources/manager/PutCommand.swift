import ArgumentParser
import Multiprocessing

/// `manager put`
struct PutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Put items into a queue.",
        discussion: """
            Without ITEM, every line of standard input is an item. Items are strings (Python's str). Where the queue is full, waits for room. \
            --delay, --priority and --key are for a WorkQueue.

            Example: manager put --address master:5000 --authkey-file key get_task a.log b.log
            Example: find . -name '*.log' | manager put --address master:5000 --authkey-file key get_task
            Example: manager put --address master:5000 --authkey-file key jobs --delay 3600 --key nightly report
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: ArgumentHelp("The name under which the queue is registered.", valueName: "QUEUE"))
    var queue: String

    @Argument(help: ArgumentHelp("What to put.", valueName: "ITEM"))
    var items: [String] = []

    @Option(help: ArgumentHelp("Nobody is to get the items before so many seconds are over.", valueName: "seconds"))
    var delay = 0.0

    @Option(parsing: .unconditional, help: ArgumentHelp("Items with a higher one come first; 0 is that of the others.", valueName: "N"))
    var priority = 0

    @Option(help: ArgumentHelp(
        "What the item is known by: when the queue has one with this key, it is not put, and the status is 1. For one ITEM.", valueName: "KEY"))
    var key: String?

    func validate() throws {
        guard delay >= 0, delay < 1e9 else { throw ValidationError("--delay must be a number of seconds") }
        if key != nil, items.count != 1 { throw ValidationError("--key is for one ITEM: give just one") }
    }

    func run() async throws {
        let command = self
        try await Signals.endingOnRequest {
            let manager = try await command.server.connect()
            if command.needsWorkQueue {
                try await command.put(into: try await manager(TypeID(command.queue)))
            } else {
                let queue = try await manager(TypeID<QueueProxy<PickleValue>>(command.queue))
                try await command.forEachBatch { try await queue.put(contentsOf: $0) }
            }
        }
    }

    /// Gives the body the items: all that were named, or what each read of standard input brings.
    private func forEachBatch(_ body: ([PickleValue]) async throws -> Void) async throws {
        guard items.isEmpty else { return try await body(items.map(PickleValue.string)) }
        for await lines in StandardInput() { try await body(lines.map(PickleValue.init(text:))) }
        try Task.checkCancellation()
    }
}

// MARK: - Work queues

extension PutCommand {
    private var needsWorkQueue: Bool { delay > 0 || priority != 0 || key != nil }

    private func put(into queue: WorkQueueProxy<PickleValue>) async throws {
        do {
            guard let key else { return try await forEachBatch { try await put($0, into: queue) } }
            guard try await queue.put(.string(items[0]), delay: pause, priority: priority, key: key) else {
                throw Failure("\(self.queue): nothing was put, for the key '\(key)' is taken", status: 1)
            }
        } catch let error as RemoteError where Self.noWorkQueue.contains(error.type) {
            throw Failure("\(self.queue) is no WorkQueue, which --delay, --priority and --key are for (\(error.message))")
        }
    }

    /// What the object raises when it has no such method, or one that takes no such argument.
    private static let noWorkQueue: [RemoteError.ExceptionType] = [.typeError, .attributeError, .keyError]

    private var pause: Duration { .seconds(delay) }

    /// All at once where there is room for all; otherwise one after the other, as room comes.
    private func put(_ items: [PickleValue], into queue: WorkQueueProxy<PickleValue>) async throws {
        do {
            try await queue.put(contentsOf: items, delay: pause, priority: priority)
        } catch let error as RemoteError where error.type == .queueFull {
            for item in items { try await queue.put(item, delay: pause, priority: priority) }
        }
    }
}
