import Multiprocessing

@main struct TaskWorker: MultiprocessingProgram {
    // Only the names: what is behind them, the server knows.
    static let tasks = TypeID<QueueProxy<Int>>("get_task")
    static let results = TypeID<QueueProxy<String>>("get_result")

    static func run() async throws {
        let arguments = CommandLine.arguments
        let address = try arguments.count > 1 ? ManagerAddress(parsing: arguments[1]) : .tcp("127.0.0.1", 5000)
        let pause = arguments.count > 2 ? Double(arguments[2]) ?? 1 : 1
        print("Connect to server \(address)...")
        let manager = Manager(address: address, authkey: "abc")
        try await manager.connect()
        try await work(from: manager(tasks), to: manager(results), pause: .seconds(pause))
        await manager.shutdown()
        print("worker exit.")
    }

    private static func work(from tasks: QueueProxy<Int>, to results: QueueProxy<String>, pause: Duration) async throws {
        for _ in 0..<10 {
            do {
                let n = try await tasks.get(timeout: .seconds(1))
                print("run task \(n) * \(n)...")
                try await Task.sleep(for: pause)
                try await results.put("\(n) * \(n) = \(square(n))")
            } catch let error as RemoteError where error.type == .queueEmpty {
                print("task queue is empty")
            }
        }
    }

    /// Twice as wide as what arrives, so that no task overflows.
    private static func square(_ n: Int) -> Int128 {
        Int128(n) * Int128(n)
    }
}
