extension ProcessPool {
    /// What became of one of a call's tasks.
    public struct Outcome<Output: Sendable>: Sendable {
        /// The task's place among those of the call, from 0.
        public let index: Int
        /// What it returned, or why it has not.
        public let result: Result<Output, TaskError>
    }

    /// The outcomes of tasks that are running, to be read once.
    ///
    /// When it and its iterator are gone before the end, the tasks that are left are taken back, and workers at work on them are killed and
    /// replaced.
    public struct Outcomes<Output: Codable & Sendable>: AsyncSequence, Sendable {
        let ends: AsyncThrowingStream<PoolFeed.IndexedEnd, any Error>
        let progress: PoolProgress
        let isOrdered: Bool

        public func makeAsyncIterator() -> Iterator { Iterator(self) }

        /// Waits for one outcome after the other.
        public struct Iterator: AsyncIteratorProtocol {
            private let progress: PoolProgress
            private let isOrdered: Bool
            private var ends: AsyncThrowingStream<PoolFeed.IndexedEnd, any Error>.Iterator
            /// Ends that came before their turn.
            private var early: [Int: PoolChunk.End] = [:]
            private var nextIndex = 0

            fileprivate init(_ outcomes: Outcomes) {
                progress = outcomes.progress
                isOrdered = outcomes.isOrdered
                ends = outcomes.ends.makeAsyncIterator()
            }

            /// The next outcome; `nil` after the last.
            ///
            /// - Throws: ``ProcessError`` when the tasks cannot be sent, or the pool has been closed; what the sequence of tasks throws;
            ///   `CancellationError` when this task is cancelled.
            public mutating func next() async throws -> Outcome<Output>? {
                guard let (index, end) = try await nextEnd() else { return nil }
                progress.makeRoom()
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
                    guard let next = try await ends.next(isolation: #isolation) else {
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
