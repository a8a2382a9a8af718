import Multiprocessing

/// What the server offers, under the names that the workers know.
enum Jobs: ManagerDefinition {
    static let tasks = TypeID<QueueProxy<Int>>("get_task")
    static let results = TypeID<QueueProxy<String>>("get_result")

    static func register(in registry: inout Registry) {
        registry.register(tasks, shared: ManagedQueue())
        registry.register(results, shared: ManagedQueue())
    }
}

@main struct Program: MultiprocessingProgram {
    static func run() async throws {
        let address = try ManagerAddress(parsing: CommandLine.arguments.dropFirst().first ?? "127.0.0.1:5000")
        let manager = Manager(Jobs.self, address: address, authkey: "abc")
        try await manager.start()
        let tasks = try await manager(Jobs.tasks)
        let results = try await manager(Jobs.results)

        for _ in 0..<10 {
            let n = Int.random(in: 0...100)
            print("Put task \(n)")
            try await tasks.put(n)
        }
        print("Try get result...")
        do {
            for _ in 0..<10 { print("Result: \(try await results.get(timeout: .seconds(10)))") }
        } catch let error as RemoteError where error.type == .queueEmpty {
            print("result is empty")
        }
        await manager.shutdown()
        print("master exit.")
    }
}
