extension ProcessPool {
    /// Runs the tasks of a sequence in the workers, and gives what they return in the order of the tasks: Python's `imap`.
    ///
    /// The tasks begin at once. The sequence is read as the results are consumed, and may be without end.
    ///
    /// - Parameters:
    ///   - tasks: what to run.
    ///   - chunkSize: how many go to a worker at a time.
    ///   - lookAhead: how many tasks may be taken from the sequence before their results are consumed; `nil` for two chunks for each worker.
    /// - Returns: a sequence to be read once, which throws at the first task that fails, and otherwise as ``Outcomes``.
    public func imap<Input: AsyncSequence & SendableMetatype>(
        _ tasks: sending Input, chunkSize: Int = 1, lookAhead: Int? = nil
    ) -> some AsyncSequence<Input.Element.Output, any Error> & Sendable where Input.Element: PoolTask {
        outcomes(of: tasks, chunkSize: chunkSize, lookAhead: lookAhead).map { try $0.result.get() }
    }

    /// The same for a sequence whose elements are there.
    public func imap<Input: Sequence & SendableMetatype>(
        _ tasks: sending Input, chunkSize: Int = 1, lookAhead: Int? = nil
    ) -> some AsyncSequence<Input.Element.Output, any Error> & Sendable where Input.Element: PoolTask {
        imap(SequenceOfTasks(base: tasks), chunkSize: chunkSize, lookAhead: lookAhead)
    }

    /// Runs the tasks of a sequence in the workers, and gives what they return as it comes: Python's `imap_unordered`.
    ///
    /// The parameters and errors are those of `imap`.
    public func imapUnordered<Input: AsyncSequence & SendableMetatype>(
        _ tasks: sending Input, chunkSize: Int = 1, lookAhead: Int? = nil
    ) -> some AsyncSequence<Input.Element.Output, any Error> & Sendable where Input.Element: PoolTask {
        outcomes(of: tasks, ordered: false, chunkSize: chunkSize, lookAhead: lookAhead).map { try $0.result.get() }
    }

    /// The same for a sequence whose elements are there.
    public func imapUnordered<Input: Sequence & SendableMetatype>(
        _ tasks: sending Input, chunkSize: Int = 1, lookAhead: Int? = nil
    ) -> some AsyncSequence<Input.Element.Output, any Error> & Sendable where Input.Element: PoolTask {
        imapUnordered(SequenceOfTasks(base: tasks), chunkSize: chunkSize, lookAhead: lookAhead)
    }

    /// Runs the tasks of a sequence in the workers, and gives what became of each: a task that fails does not end the others.
    ///
    /// - Parameters:
    ///   - tasks: what to run.
    ///   - ordered: whether the outcomes come in the order of the tasks, or as they are there.
    ///   - chunkSize: how many go to a worker at a time.
    ///   - lookAhead: how many tasks may be taken from the sequence before their outcomes are consumed; `nil` for two chunks for each worker.
    public func outcomes<Input: AsyncSequence & SendableMetatype>(
        of tasks: sending Input, ordered: Bool = true, chunkSize: Int = 1, lookAhead: Int? = nil
    ) -> Outcomes<Input.Element.Output> where Input.Element: PoolTask {
        let (ends, continuation) = AsyncThrowingStream.makeStream(of: PoolFeed.IndexedEnd.self)
        // A chunk must come together while nobody consumes.
        let progress = PoolProgress(room: max(lookAhead ?? 2 * size * chunkSize, chunkSize), continuation)
        PoolFeed(pool: self, progress: progress, chunkSize: chunkSize).start(tasks)
        return Outcomes(ends: ends, progress: progress, isOrdered: ordered)
    }

    /// The same for a sequence whose elements are there.
    public func outcomes<Input: Sequence & SendableMetatype>(
        of tasks: sending Input, ordered: Bool = true, chunkSize: Int = 1, lookAhead: Int? = nil
    ) -> Outcomes<Input.Element.Output> where Input.Element: PoolTask {
        outcomes(of: SequenceOfTasks(base: tasks), ordered: ordered, chunkSize: chunkSize, lookAhead: lookAhead)
    }
}

/// A sequence whose elements are there, as one whose elements come.
private struct SequenceOfTasks<Base: Sequence & SendableMetatype>: AsyncSequence, SendableMetatype {
    let base: Base

    struct Iterator: AsyncIteratorProtocol {
        var base: Base.Iterator
        mutating func next() async -> Base.Element? { base.next() }
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeIterator()) }
}
