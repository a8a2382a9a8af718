import NIOCore

/// Which worker has which tasks: a state machine that says what is to be done, and does nothing itself.
struct PoolState: Sendable {
    enum Stage {
        case open
        /// No more calls; what there is will be finished.
        case closing
        case ended(ProcessError)
    }

    enum Action {
        case send(ChildProcess, LinkMessage)
        case kill(ChildProcess)
        /// A worker is wanted.
        case start
        /// The first task of the chunk has ended.
        case end(PoolChunk, PoolChunk.End)
        /// All tasks of the chunk have ended unfinished.
        case abandon(PoolChunk, ProcessError)
        /// The last worker has ended.
        case finish
    }

    private struct Worker {
        let process: ChildProcess
        var chunk: PoolChunk?
        var isReady = false
        /// It gets no more tasks, and is told to end or has been killed.
        var isLeaving = false
        var finishedTasks = 0

        /// Notes what the worker has said; gives the end of a task.
        mutating func note(_ reply: PoolReply) -> Action? {
            isReady = true
            guard let chunk else { return nil }
            finishedTasks += 1
            if chunk.tasks.count == 1 { self.chunk = nil } else { self.chunk?.removeFirst() }
            return .end(chunk, .reply(reply))
        }
    }

    private let retries: Int
    private let maximumTasksPerWorker: Int
    private var stage = Stage.open
    private var workers: [Int: Worker] = [:]
    private var idle: [Int] = []
    private var pending = CircularBuffer<PoolChunk>()

    init(_ configuration: ProcessPool.Configuration) {
        retries = configuration.onWorkerLoss.retries
        maximumTasksPerWorker = configuration.maximumTasksPerWorker ?? .max
    }

    /// Why no more calls are taken.
    private var objection: ProcessError? {
        switch stage {
        case .open: nil
        case .closing: ProcessPool.isClosed
        case .ended(let error): error
        }
    }

    private var wantsWorkers: Bool {
        switch stage {
        case .open: true
        case .closing: !pending.isEmpty
        case .ended: false
        }
    }
}

// MARK: - Calls

extension PoolState {
    /// - Throws: why the pool takes no more calls.
    mutating func submit(_ chunks: [PoolChunk]) throws(ProcessError) -> [Action] {
        if let objection { throw objection }
        pending.append(contentsOf: chunks)
        return proceed()
    }

    /// Takes back what has not begun, and ends the workers of what has.
    mutating func cancel(_ call: PoolCallID) -> [Action] {
        pending.removeAll { $0.call == call }
        return remove { $0.chunk?.call == call } + proceed()
    }

    mutating func close() -> [Action] {
        if case .open = stage { stage = .closing }
        return proceed()
    }

    /// Ends everything; who waits for a task gets the error.
    mutating func terminate(_ error: ProcessError) -> [Action] {
        if case .ended = stage { return proceed() }
        stage = .ended(error)
        let lost = pending + workers.values.compactMap(\.chunk)
        pending.removeAll()
        return remove { _ in true } + lost.map { .abandon($0, error) } + proceed()
    }

    /// Ends such workers, which get no more tasks.
    private mutating func remove(_ isMeant: (Worker) -> Bool) -> [Action] {
        let removed = workers.filter { isMeant($0.value) }
        for id in removed.keys {
            workers[id]?.chunk = nil
            workers[id]?.isLeaving = true
        }
        idle.removeAll { removed[$0] != nil }
        return removed.values.map { .kill($0.process) }
    }
}

// MARK: - Workers

extension PoolState {
    /// Counts a process that is about to be started; false when it is not wanted any more.
    mutating func enlist(_ process: ChildProcess, _ id: Int) -> Bool {
        guard wantsWorkers else { return false }
        workers[id] = Worker(process: process)
        return true
    }

    /// Whether a worker has not been removed while it was started.
    func isWanted(_ id: Int) -> Bool { workers[id].map { !$0.isLeaving } ?? false }

    /// Notes what a worker has said: that it is ready, or what became of its next task.
    mutating func note(_ reply: PoolReply, _ id: Int) -> [Action] {
        guard let index = workers.index(forKey: id), !workers.values[index].isLeaving else { return [] }
        let end = workers.values[index].note(reply).map { [$0] } ?? []
        guard workers.values[index].chunk == nil else { return end }
        idle.append(id)
        // The worker's next tasks go out before this one's end is told.
        return proceed() + end
    }

    /// Notes that a worker has ended, or has not come into being.
    mutating func noteEnd(_ status: ChildProcess.ExitStatus, _ id: Int) -> [Action] {
        guard let worker = workers.removeValue(forKey: id) else { return [] }
        idle.removeAll { $0 == id }
        let ends = worker.chunk.map { lose($0, status) } ?? []
        return ends + (worker.isReady && wantsWorkers ? [.start] : []) + proceed()
    }

    /// The first task of the chunk is lost; those behind it have not begun.
    private mutating func lose(_ chunk: PoolChunk, _ status: ChildProcess.ExitStatus) -> [Action] {
        var rest = chunk
        let isLost = chunk.losses >= retries
        if isLost { rest.removeFirst() } else { rest.losses += 1 }
        if !rest.tasks.isEmpty { pending.prepend(rest) }
        return isLost ? [.end(chunk, .lost(status))] : []
    }

    /// Gives tasks to workers, and an end to workers for whom there will be none.
    private mutating func proceed() -> [Action] {
        var actions: [Action] = []
        while let id = idle.last, let worker = workers[id] {
            if worker.finishedTasks >= maximumTasksPerWorker || !wantsWorkers && !isBusy {
                workers[id]?.isLeaving = true
                actions.append(.send(worker.process, PoolWorker.end))
            } else if let chunk = nextChunk(atMost: maximumTasksPerWorker - worker.finishedTasks) {
                workers[id]?.chunk = chunk
                actions.append(.send(worker.process, chunk.message))
            } else {
                break
            }
            idle.removeLast()
        }
        if !wantsWorkers && workers.isEmpty { actions.append(.finish) }
        return actions
    }

    /// Whether a worker is at work, whose tasks others may have to take over.
    private var isBusy: Bool { workers.values.contains { $0.chunk != nil } }

    private mutating func nextChunk(atMost count: Int) -> PoolChunk? {
        guard let first = pending.first else { return nil }
        guard first.tasks.count > count else { return pending.removeFirst() }
        return pending[pending.startIndex].split(count)
    }
}
