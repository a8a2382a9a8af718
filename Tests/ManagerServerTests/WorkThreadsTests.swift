import Dispatch
@testable import ManagerServer
import Synchronization
import TestSupport
import Testing

/// The threads for methods that may take their time.
@Suite(.timeLimit(.minutes(1))) struct WorkThreadsTests {
    private final class Counter: Sendable { let count = Mutex(0) }

    @Test func `Work one after the other shares a thread`() async {
        let threads = WorkThreads()
        for number in 0..<100 {
            #expect(await Task(executorPreference: threads) { number }.value == number)
        }
        // The thread that has just ended a job may not wait for the next one yet; but a hundred are not needed.
        #expect(threads.count < 10)
    }

    @Test func `Work that blocks gets threads up to the limit, and what is beyond waits`() async throws {
        let (threads, gate) = (WorkThreads(maximumCount: 4, patience: 1), DispatchSemaphore(value: 0))
        let begun = Counter()
        let tasks = (0..<8).map { _ in
            Task(executorPreference: threads) {
                begun.count.withLock { $0 += 1 }
                gate.wait()
            }
        }
        try await waitUntil { begun.count.withLock { $0 } == 4 }
        #expect(threads.count == 4)
        for _ in tasks { gate.signal() }
        for task in tasks { await task.value }
        #expect(begun.count.withLock { $0 } == 8)
        // With nothing to do they end.
        try await waitUntil { threads.count == 0 }
    }
}
