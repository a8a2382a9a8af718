import Multiprocessing

@main struct Program: MultiprocessingProgram {
    static func run() async throws {
        let address = try ManagerAddress(parsing: CommandLine.arguments.dropFirst().first ?? "127.0.0.1:5000")
        print("Connect to server \(address)...")
        let manager = Manager(address: address, authkey: "abc")
        try await manager.connect()
        let tasks = try await manager(TypeID<QueueProxy<Int>>("get_task"))
        let results = try await manager(TypeID<QueueProxy<String>>("get_result"))

        for _ in 0..<10 {
            do {
                let n = try await tasks.get(timeout: .seconds(1))
                print("run task \(n) * \(n)...")
                try await Task.sleep(for: .seconds(1))
                try await results.put("\(n) * \(n) = \(n * n)")
            } catch let error as RemoteError where error.type == .queueEmpty {
                print("task queue is empty")
            }
        }
        print("worker exit.")
    }
}
