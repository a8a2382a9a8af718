import ArgumentParser
import Multiprocessing

/// A Swift client of a server, as programs are written: what is measured is the client and the server together.
@main struct Client: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Calls a server through proxies for a while, and prints the calls (or elements) per second as JSON.")

    enum Measure: String, CaseIterable, ExpressibleByArgument {
        /// `dict[k]`, each call after the other, by so many tasks.
        case get
        /// Elements by batches: `append(contentsOf:)`, `put(contentsOf:)`, `get(upTo:)`.
        case append, put, take
    }

    @Option(help: "HOST:PORT or unix:PATH.") var address: String
    @Option(help: "The manager's key.") var authkey = "abc"
    @Option(help: "What is measured.") var measure = Measure.get
    @Option(help: "How many tasks call at once, on one connection.") var tasks = 1
    @Option(help: "How many elements a batch has.") var batch = 10_000
    @Flag(help: "Call on the thread of the connection, by the manager's task executor.") var onConnection = false
    @Option(help: "Seconds.") var seconds = 2.0

    mutating func validate() throws {
        guard tasks > 0, batch > 0, seconds > 0 else { throw ValidationError("tasks, batch and seconds must be positive") }
    }

    func run() async throws {
        let manager = Manager(address: try ManagerAddress(parsing: address), authkey: AuthenticationKey(authkey))
        try await manager.connect()
        let perSecond = try await withTaskExecutorPreference(onConnection ? try manager.taskExecutor : nil) {
            _ = try await rate(manager, .seconds(0.3))
            return try await rate(manager, .seconds(seconds))
        }
        print("{\"calls_per_second\": \(Int(perSecond)), \"us_per_call\": \(1e6 / perSecond)}")
    }

    private func rate(_ manager: Manager, _ duration: Duration) async throws -> Double {
        switch measure {
        case .get:
            let dictionary: DictionaryProxy<String, String> = try await manager.dictionary()
            try await dictionary.setValue("value", forKey: "key")
            return try await withThrowingTaskGroup(of: Double.self) { group in
                for _ in 0..<tasks { group.addTask { try await Self.repeating(for: duration) { _ = try await dictionary.value(forKey: "key"); return 1 } } }
                return try await group.reduce(0, +)
            }
        case .append:
            let elements = Array(0..<batch)
            return try await Self.repeating(for: duration) {
                let list = try await manager.list([Int]())
                try await list.append(contentsOf: elements)
                return batch
            }
        case .put:
            let elements = Array(0..<batch)
            return try await Self.repeating(for: duration) {
                let queue = try await manager.queue(of: Int.self)
                try await queue.put(contentsOf: elements)
                return batch
            }
        case .take:
            let queue = try await manager.queue(of: Int.self)
            let elements = Array(0..<batch)
            var taken = Duration.zero
            var count = 0
            let clock = ContinuousClock()
            while taken < duration {
                try await queue.put(contentsOf: elements)
                let start = clock.now
                count += try await queue.get(upTo: batch).count
                taken += clock.now - start
            }
            return Double(count) / (taken / .seconds(1))
        }
    }

    /// How many a second of what the operation counts.
    private static func repeating(for duration: Duration, _ operation: () async throws -> Int) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        var (count, elapsed) = (0, Duration.zero)
        while elapsed < duration {
            count += try await operation()
            elapsed = clock.now - start
        }
        return Double(count) / (elapsed / .seconds(1))
    }
}
