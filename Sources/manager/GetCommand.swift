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

            Example: manager get --address master:5000 --authkey-file key get_result --count 10 --timeout 60
            Example: manager get --address unix:/run/jobs --authkey-file key get_result --follow --json | jq .output
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: ArgumentHelp("The name under which the queue is registered.", valueName: "QUEUE"))
    var queue: String

    @Option(help: ArgumentHelp("How many items to take.", valueName: "N"))
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
        // CPython's server gives them one by one.
        let takesMany = try await manager.isSwift
        var remaining = follow ? Int.max : count
        while remaining > 0 {
            let items = try await take(min(remaining, takesMany ? Self.batch : 1), takesMany, from: queue)
            try show(items)
            remaining -= items.count
        }
    }

    /// Items that are taken in one call, where there are so many.
    private static let batch = 1_000

    /// - Parameter takesMany: whether the server gives several in one call, which it then gives for good.
    private func take(_ most: Int, _ takesMany: Bool, from queue: QueueProxy<PickleValue>) async throws -> [PickleValue] {
        do {
            switch (takesMany, timeout.map { Duration.seconds($0) }) {
            case (false, nil): return [try await queue.get()]
            case (false, let timeout?): return [try await queue.get(timeout: timeout)]
            case (true, nil): return try await queue.get(upTo: most)
            case (true, let timeout?): return try await queue.get(upTo: most, timeout: timeout)
            }
        } catch let error as RemoteError where error.type == .queueEmpty {
            throw Failure("\(self.queue) is empty: no item came in \(timeout ?? 0) s", status: 1)
        }
    }

    /// Shows all that can be shown, for they are no longer on the server; then complains.
    private func show(_ items: [PickleValue]) throws {
        let texts = items.map { item in Result { try text(item) + "\n" } }
        StandardStreams.output(texts.compactMap { try? $0.get() }.joined())
        for text in texts { _ = try text.get() }
    }

    private func text(_ item: PickleValue) throws -> String {
        json ? try JSONText(item).text : try item.pythonStr()
    }
}
