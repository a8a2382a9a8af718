extension ProcessPool {
    /// What became of one of a call's tasks.
    public struct Outcome<Output: Sendable>: Sendable {
        /// The task's place among those of the call, from 0.
        public let index: Int
        /// What it returned, or why it has not.
        public let result: Result<Output, TaskError>
    }

    /// The outcomes of tasks, as they come. The tasks are taken from their sequence, sent, and run once one iterates.
    ///
    /// When the iterator is gone before the end, the tasks that are left are taken back, and workers at work on them are killed and replaced.
    public struct Outcomes<Input: AsyncSequence & Sendable>: AsyncSequence, Sendable where Input.Element: PoolTask {
        let pool: ProcessPool
        let input: Input
        let isOrdered: Bool
        let chunkSize: Int
        let lookAhead: Int?

        public func makeAsyncIterator() -> Iterator { Iterator(self) }

        /// Waits for one outcome after the other.
        public struct Iterator: AsyncIteratorProtocol {
            private let isOrdered: Bool
            private let feed: Result<PoolFeed, ProcessError>
            private var ends: AsyncThrowingStream<PoolFeed.IndexedEnd, any Error>.Iterator
            /// Ends that came before their turn.
            private var early: [Int: PoolChunk.End] = [:]
            private var nextIndex = 0

            fileprivate init(_ outcomes: Outcomes) {
                isOrdered = outcomes.isOrdered
                let (stream, continuation) = AsyncThrowingStream.makeStream(of: PoolFeed.IndexedEnd.self)
                ends = stream.makeAsyncIterator()
                feed = Result { () throws(ProcessError) in
                    try PoolFeed(outcomes.pool, Input.Element.self, continuation, chunkSize: outcomes.chunkSize, lookAhead: outcomes.lookAhead)
                }
                if case .success(let feed) = feed { feed.start(outcomes.input) }
            }

            /// The next outcome; `nil` after the last.
            ///
            /// - Throws: ``ProcessError`` when the tasks cannot be sent, or the pool has been closed; what the sequence of tasks throws;
            ///   `CancellationError` when this task is cancelled.
            public mutating func next() async throws -> Outcome<Input.Element.Output>? {
                let feed = try feed.get()
                guard let (index, end) = try await nextEnd() else { return nil }
                feed.makeRoom()
                let output = try end.output(of: index)
                return Outcome(index: index, result: output.flatMap { bytes in
                    Result { () throws(TaskError) in try ProcessPool.decode(bytes, at: index) }
                })
            }

            private mutating func nextEnd() async throws -> PoolFeed.IndexedEnd? {
                while true {
                    if let end = early.removeValue(forKey: nextIndex) {
                        nextIndex += 1
                        return (nextIndex - 1, end)
                    }
                    guard let next = try await ends.next() else {
                        try Task.checkCancellation()
                        return nil
                    }
                    if !isOrdered { return next }
                    early[next.index] = next.end
                }
            }
        }
    }
}
