/// Brings the tasks of a sequence to a pool, as far ahead of who consumes their outcomes as there is room.
struct PoolFeed: Sendable {
    typealias IndexedEnd = (index: Int, end: PoolChunk.End)
    typealias Ends = AsyncThrowingStream<IndexedEnd, any Error>.Continuation

    let pool: ProcessPool
    let progress: PoolProgress
    let chunkSize: Int

    /// Begins to take tasks from the sequence, until it is over or nobody reads the ends any more.
    func start<Input: AsyncSequence & SendableMetatype>(_ input: sending Input) where Input.Element: PoolTask {
        let call = PoolCallID()
        let feeding = Task { await feed(input, call) }
        progress.ends.onTermination = { [pool] _ in
            feeding.cancel()
            pool.cancel(call)
        }
    }

    private func feed<Input: AsyncSequence & SendableMetatype>(_ input: Input, _ id: PoolCallID) async where Input.Element: PoolTask {
        do {
            let call = try PoolCall(Input.Element.self, id, deliver: progress.deliver)
            let chunkSize = try pool.requirePositive(chunkSize)
            var (chunk, sent): ([[UInt8]], Int) = ([], 0)
            for try await task in input {
                try await progress.room()
                chunk.append(try EncodedTarget.fields(of: task))
                if chunk.count == chunkSize { try send(&chunk, &sent, call) }
            }
            try send(&chunk, &sent, call)
            progress.inputIsOver(count: sent)
        } catch {
            progress.ends.finish(throwing: error)
        }
    }

    private func send(_ chunk: inout [[UInt8]], _ sent: inout Int, _ call: PoolCall) throws {
        try Task.checkCancellation()
        try pool.submit(call.chunks(of: chunkSize, chunk, firstIndex: sent))
        sent += chunk.count
        chunk = []
        // A cancellation that came between did not find these tasks.
        if Task.isCancelled { pool.cancel(call.id) }
    }
}
