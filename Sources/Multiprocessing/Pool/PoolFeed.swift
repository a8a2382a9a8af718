import Synchronization

/// Brings the tasks of a sequence to a pool, as far ahead of who consumes their outcomes as allowed, and the ends to a stream.
final class PoolFeed: Sendable {
    typealias IndexedEnd = (index: Int, end: PoolChunk.End)
    typealias Ends = AsyncThrowingStream<IndexedEnd, any Error>.Continuation

    private let pool: ProcessPool
    private let call: PoolCall
    private let chunkSize: Int
    private let progress: PoolProgress

    /// - Throws: ``ProcessError`` when the type cannot be sent, or the sizes make no sense.
    init(_ pool: ProcessPool, _ type: (some PoolTask).Type, _ ends: Ends, chunkSize: Int, lookAhead: Int?) throws(ProcessError) {
        self.pool = pool
        self.chunkSize = try pool.requirePositive(chunkSize)
        // A chunk must come together while nobody consumes.
        let progress = PoolProgress(room: max(lookAhead ?? 2 * pool.size * chunkSize, chunkSize), ends)
        call = try PoolCall(type, deliver: progress.deliver)
        self.progress = progress
    }

    /// Begins to take tasks from the sequence, until it is over or nobody reads the stream of ends any more.
    func start<Input: AsyncSequence & Sendable>(_ input: Input) where Input.Element: PoolTask {
        let feeding = Task { await feed(input) }
        progress.ends.onTermination = { [pool, call] _ in
            feeding.cancel()
            pool.cancel(call.id)
        }
    }

    /// Somebody has consumed an outcome: one more task may be taken.
    func makeRoom() { progress.makeRoom() }

    private func feed<Input: AsyncSequence>(_ input: Input) async where Input.Element: PoolTask {
        do {
            var chunk: [[UInt8]] = []
            var sent = 0
            for try await task in input {
                try await progress.room()
                chunk.append(try EncodedTarget.fields(of: task))
                if chunk.count == chunkSize { try send(&chunk, &sent) }
            }
            try send(&chunk, &sent)
            progress.inputIsOver(count: sent)
        } catch {
            progress.ends.finish(throwing: error)
        }
    }

    private func send(_ chunk: inout [[UInt8]], _ sent: inout Int) throws {
        try Task.checkCancellation()
        try pool.submit(call.chunks(of: chunkSize, chunk, firstIndex: sent))
        sent += chunk.count
        chunk = []
        // A cancellation that came between did not find these tasks.
        if Task.isCancelled { pool.cancel(call.id) }
    }
}
