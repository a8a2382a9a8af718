import Multiprocessing

@main struct TaskMaster: MultiprocessingProgram {
    static func run() async throws {
        let arguments = CommandLine.arguments
        let address = try arguments.count > 1 ? ManagerAddress(parsing: arguments[1]) : .tcp("127.0.0.1", 5000)
        let patience = arguments.count > 2 ? Double(arguments[2]) ?? 10 : 10
        let manager = Manager(Jobs.self, address: address, authkey: "abc")
        try await manager.start()
        if let address = manager.address { print("Serve at \(address)") }
        try await putTasks(into: manager(Jobs.tasks))
        try await printResults(of: manager(Jobs.results), patience: .seconds(patience))
        await manager.shutdown()
        print("master exit.")
    }

    private static func putTasks(into tasks: QueueProxy<Int>) async throws {
        for _ in 0..<10 {
            let n = Int.random(in: 0...100)
            print("Put task \(n)")
            try await tasks.put(n)
        }
    }

    private static func printResults(of results: QueueProxy<String>, patience: Duration) async throws {
        print("Try get result...")
        do {
            for _ in 0..<10 {
                print("Result: \(try await results.get(timeout: patience))")
            }
        } catch let error as RemoteError where error.type == .queueEmpty {
            print("result is empty")
        }
    }
}
