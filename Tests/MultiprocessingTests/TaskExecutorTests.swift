import Multiprocessing
import Testing

/// Tasks may run on the thread of the connections.
@Suite(.timeLimit(.minutes(1))) struct TaskExecutorTests {
    @Test func `Calls on the connections' thread are answered, also many at once, with waits, deadlines and cancellation among them`() async throws {
        try await withSwiftServer { _, manager in
            let (dictionary, queue) = (try await manager.dictionary(Int.self, Int.self), try await manager.queue(of: Int.self))
            try await withTaskExecutorPreference(try manager.taskExecutor) {
                try await withThrowingTaskGroup { group in
                    let waiting = Task { try await queue.get() }
                    for number in 0..<100 {
                        group.addTask {
                            try await dictionary.setValue(number, forKey: number)
                            #expect(try await dictionary.value(forKey: number) == number)
                        }
                    }
                    try await group.waitForAll()
                    try await queue.put(7)
                    #expect(try await waiting.value == 7)
                }
                await #expect(throws: ManagerError.self) { try await withDeadline(.milliseconds(20)) { try await queue.get() } }
                let cancelled = Task { try await queue.get() }
                cancelled.cancel()
                await #expect(throws: CancellationError.self) { try await cancelled.value }
            }
            #expect(try await dictionary.count == 100)
        }
    }

    @Test func `A manager that is not running has no executor`() {
        #expect(throws: ManagerError.self) { try Manager().taskExecutor }
    }
}
