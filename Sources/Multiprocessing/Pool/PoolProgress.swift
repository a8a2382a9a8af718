import Synchronization

/// How many tasks of a sequence are on their way, and how many there are.
final class PoolProgress: Sendable {
    private struct State {
        /// How many more tasks may be taken from the sequence now.
        var room: Int
        /// The wait for room that is going on.
        var wait: OneShot<Void>?
        /// How many tasks there are; nil until the sequence is over.
        var count: Int?
        var ended = 0

        var isComplete: Bool { count == ended }

        /// Takes room, or gives the wait for it.
        mutating func takeRoom() -> OneShot<Void>? {
            if room > 0 {
                room -= 1
                return nil
            }
            let wait = wait ?? OneShot()
            self.wait = wait
            return wait
        }
    }

    let ends: PoolFeed.Ends
    private let state: Mutex<State>

    init(room: Int, _ ends: PoolFeed.Ends) {
        self.ends = ends
        state = Mutex(State(room: room))
    }

    /// Waits until one more task may be taken.
    func room() async throws {
        while let wait = state.withLock({ $0.takeRoom() }) { try await wait.value() }
    }

    /// One more task may be taken.
    func makeRoom() {
        let wait = state.withLock { state in
            defer { state.wait = nil }
            state.room += 1
            return state.wait
        }
        wait?.set(())
    }

    @Sendable
    func deliver(_ index: Int, _ end: PoolChunk.End) {
        ends.yield((index, end))
        let isComplete = state.withLock { state in
            state.ended += 1
            return state.isComplete
        }
        if isComplete { ends.finish() }
    }

    func inputIsOver(count: Int) {
        let isComplete = state.withLock { state in
            state.count = count
            return state.isComplete
        }
        if isComplete { ends.finish() }
    }
}
