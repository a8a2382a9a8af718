import Glibc
import Multiprocessing

let poolScenarios: Scenarios = [
    "pool": pool,
    "pool-sequences": poolSequences,
    "pool-look-ahead": poolLookAhead,
    "pool-errors": poolErrors,
    "pool-report": poolReport,
    "pool-retry": poolRetry,
    "pool-killed": poolKilled,
    "pool-recycled": poolRecycled,
    "pool-initializer": poolInitializer,
    "pool-cancel": poolCancel,
    "pool-break": poolBreak,
    "pool-misuse": poolMisuse,
    "pool-close": poolClose,
    "pool-terminate": poolTerminate,
    "pool-proxies": poolProxies,
    "pool-nested": poolNested,
    "pool-family": poolFamily,
    "pool-family-in-foreground": { setpgid(0, 0); try await poolFamily() },
    "pool-speed": poolSpeed,
]

@Sendable private func pool() async throws {
    try await withProcessPool(size: 3) { pool in
        say("\(try await pool.apply(Square(number: 7)))")
        for chunkSize in [nil, 1, 7, 1_000] {
            let squares = try await pool.map((0..<100).map { Square(number: $0) }, chunkSize: chunkSize)
            say("\(squares == (0..<100).map { $0 * $0 })")
        }
        say("\(try await pool.map([Square]()))")
        let text = String(repeating: "ä", count: 1_000_000)
        say("\(try await pool.apply(Large(text: text)) == text + text)")
        // Several tasks use the pool at once.
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for first in 0..<10 { group.addTask { try await pool.map((first..<first + 50).map { Square(number: $0) }).reduce(0, +) } }
            return try await group.reduce(0, +)
        }
        say("\(sums == (0..<10).flatMap { $0..<$0 + 50 }.map { $0 * $0 }.reduce(0, +))")
    }
    say("left: \(ChildProcess.active.count), \(lines("/proc/self/task/\(getpid())/children"))")
}

@Sendable private func poolSequences() async throws {
    try await withProcessPool(size: 3) { pool in
        let expected = (0..<200).map { $0 * $0 }
        for chunkSize in [1, 7] {
            say("\(try await pool.imap((0..<200).lazy.map { Square(number: $0) }, chunkSize: chunkSize).all() == expected)")
            let results = pool.imapUnordered((0..<200).lazy.map { Square(number: $0) }, chunkSize: chunkSize, lookAhead: 1)
            say("\(try await results.all().sorted() == expected)")
        }
        say("\(try await pool.imap([Square]()).all())")
        let (stream, continuation) = AsyncStream.makeStream(of: Square.self)
        continuation.yield(Square(number: 3))
        var results = pool.imap(stream).makeAsyncIterator()
        // The second task comes when the first one's result is there.
        say("\(try await results.next() ?? -1)")
        continuation.yield(Square(number: 4))
        continuation.finish()
        say("\(try await results.next() ?? -1) \(try await results.next() == nil)")
        let failing = AsyncThrowingStream<Square, any Error> { $0.finish(throwing: TestError("no more tasks")) }
        do { _ = try await pool.imap(failing).all() } catch { say("\(error)") }
    }
}

/// Counts what has been taken from it.
private final class Counted: Sequence, IteratorProtocol, Sendable {
    let taken = Counter()
    func next() -> Square? { Square(number: taken.next()) }
}

/// A sequence without end is read as far as its results are consumed.
@Sendable private func poolLookAhead() async throws {
    try await withProcessPool(size: 2) { pool in
        let tasks = Counted()
        var results = pool.imap(tasks, lookAhead: 10).makeAsyncIterator()
        for number in 0..<1_000 {
            guard try await results.next() == number * number else { throw TestError("wrong result for \(number)") }
            if tasks.taken.value > number + 12 { throw TestError("\(tasks.taken.value) tasks were taken for \(number) results") }
        }
        await wait { tasks.taken.value == 1_011 }
        say("a thousand of endless tasks")
    }
}

@Sendable private func poolErrors() async throws {
    try await withProcessPool(size: 2) { pool in
        do { _ = try await pool.apply(Picky(number: 7)) } catch { say("\(type(of: error)): \(error)") }
        do { _ = try await pool.map([1, 2, 3, 17, 5].map { Picky(number: $0) }) } catch { say("\(error)") }
        var results: [Int] = []
        do {
            for try await result in pool.imap((0..<20).map { Picky(number: $0) }) { results.append(result) }
        } catch {
            say("\(results.count) results, \(error)")
        }
        let outcomes = try await pool.outcomes(of: (0..<30).map { Picky(number: $0) }).all()
        say("\(outcomes.count) outcomes, failed: \(outcomes.filter { (try? $0.result.get()) == nil }.map(\.index))")
        do {
            _ = try await pool.apply(Picky(number: 17))
        } catch let error as ProcessPool.TaskError {
            say("\(error.code == .failed) \(error.index) \(error.typeName) \(error.text)")
        }
        say("\(try await pool.apply(Square(number: 5)))")
    }
}

/// Each task is begun once; exactly those are lost whose worker died.
@Sendable private func poolReport() async throws {
    let journal = Journal()
    defer { journal.remove() }
    let deaths = [3: 100, 4: 100, 57: 100]
    try await withProcessPool(size: 3) { pool in
        for chunkSize in [1, 10] {
            journal.remove()
            let tasks = (0..<100).map { Mortal(number: $0, journal: journal.path, deaths: deaths) }
            let outcomes = try await pool.outcomes(of: tasks, chunkSize: chunkSize).all()
            let lost = outcomes.filter { (try? $0.result.get()) == nil }.map(\.index)
            let begun = journal.entries.compactMap { Int($0) }.sorted()
            say("\(outcomes.count) outcomes, lost \(lost), each begun once: \(begun == Array(0..<100))")
        }
        do { _ = try await pool.apply(Mortal(number: 3, journal: journal.path, deaths: deaths)) } catch { say("\(error)") }
    }
}

@Sendable private func poolRetry() async throws {
    let journal = Journal()
    defer { journal.remove() }
    try await withProcessPool(size: 2, configuration: .init(onWorkerLoss: .retry(upTo: 2))) { pool in
        let tasks = (0..<60).map { Mortal(number: $0, journal: journal.path, deaths: [5: 1, 6: 2, 31: 2]) }
        say("\(try await pool.map(tasks) == Array(0..<60))")
        say("begun: \([4, 5, 6, 31].map { number in journal.entries.count { $0 == "\(number)" } }), in all \(journal.entries.count)")
        journal.remove()
        do { _ = try await pool.map([9].map { Mortal(number: $0, journal: journal.path, deaths: [9: 100]) }) } catch { say("\(error)") }
        say("begun: \(journal.entries.count)")
    }
}

/// Workers are killed from outside all the time, as the system may do when memory is short.
@Sendable private func poolKilled() async throws {
    let kills = Counter()
    try await withProcessPool(size: 3, configuration: .init(onWorkerLoss: .retry(upTo: 1_000))) { pool in
        let killer = Task {
            while !Task.isCancelled {
                if let worker = ChildProcess.active.randomElement() {
                    worker.kill()
                    _ = kills.next()
                    try await worker.join()
                }
                await Task.yield()
            }
        }
        let results = try await pool.imap((0..<3_000).lazy.map { Square(number: $0) }, chunkSize: 5).all()
        killer.cancel()
        _ = await killer.result
        say("\(results == (0..<3_000).map { $0 * $0 }), killed some: \(kills.value > 3)")
        await wait { ChildProcess.active.count == 3 }
        say("\(try await pool.apply(Square(number: 3)))")
    }
    say("left: \(ChildProcess.active.count)")
}

@Sendable private func poolRecycled() async throws {
    for chunkSize in [1, 4] {
        try await withProcessPool(size: 1, configuration: .init(maximumTasksPerWorker: 3)) { pool in
            let workers = try await pool.map((0..<10).map { WhoAmI(number: $0) }, chunkSize: chunkSize)
            var counts: [Int] = []
            for (index, worker) in workers.enumerated() {
                if index > 0 && workers[index - 1] == worker { counts[counts.count - 1] += 1 } else { counts.append(1) }
            }
            say("\(counts), \(Set(workers).count) workers")
        }
    }
}

@Sendable private func poolInitializer() async throws {
    try await withProcessPool(size: 2, configuration: .init(initializer: Prepare(value: "well"))) { pool in
        say("\(Set(try await pool.map((0..<8).map { _ in Prepared() }, chunkSize: 1)))")
    }
    do {
        try await withProcessPool(size: 2, configuration: .init(initializer: Prepare(value: ""))) { _ in say("never") }
    } catch {
        say("\(error)".split(separator: " ").dropFirst().joined(separator: " "))
    }
    say("left: \(ChildProcess.active.count)")
}

@Sendable private func poolCancel() async throws {
    let journal = Journal()
    defer { journal.remove() }
    try await withProcessPool(size: 2) { pool in
        let before = Set(ChildProcess.active.compactMap(\.pid))
        let mapping = Task { try await pool.map((0..<20).map { _ in Stay(journal: journal.path) }) }
        await wait { journal.entries.count == 2 }
        let applying = Task { try await pool.apply(Stay(journal: journal.path)) }
        mapping.cancel()
        do { try await mapping.value } catch { say("\(type(of: error))") }
        // The other call takes the place of the one that was cancelled, in a new worker.
        await wait { journal.entries.count == 3 }
        applying.cancel()
        do { try await applying.value } catch { say("\(type(of: error))") }
        say("\(try await pool.map((0..<10).map { Square(number: $0) }).count)")
        await wait { ChildProcess.active.count == 2 }
        say("new workers: \(before.isDisjoint(with: ChildProcess.active.compactMap(\.pid)))")
        await wait { journal.entries.allSatisfy { Glibc.kill(Int32($0) ?? 0, 0) != 0 } }
        let cancelled = Task {
            await wait { Task.isCancelled }
            _ = try await pool.apply(Square(number: 1))
        }
        cancelled.cancel()
        do { try await cancelled.value } catch { say("\(type(of: error))") }
    }
}

/// Who leaves the results of a sequence takes back its tasks.
@Sendable private func poolBreak() async throws {
    let journal = Journal()
    defer { journal.remove() }
    try await withProcessPool(size: 2) { pool in
        let tasks = Counted()
        for try await result in pool.imap(tasks) where result > 100 { break }
        say("\(try await pool.apply(Square(number: 6)))")
        let reading = Task { for try await _ in pool.imapUnordered((0..<20).map { _ in StayForever(journal: journal.path) }) {} }
        await wait { journal.entries.count == 2 }
        reading.cancel()
        do { try await reading.value } catch { say("\(type(of: error))") }
        say("\(try await pool.apply(Square(number: 7)))")
    }
}

@Sendable private func poolMisuse() async throws {
    var left: ProcessPool?
    try await withProcessPool(size: 1) { pool in
        left = pool
        do { _ = try await applyHidden(pool) } catch { say("\(error)") }
        do { _ = try await pool.map([Square(number: 1)], chunkSize: 0) } catch { say("\(error)") }
        do { _ = try await pool.imap([Square(number: 1)], chunkSize: -1).all() } catch { say("\(error)") }
    }
    guard let left else { return }
    do { _ = try await left.apply(Square(number: 1)) } catch { say("\(error)") }
    do { _ = try await left.imap([Square(number: 1)]).all() } catch { say("\(error)") }
    for configuration in [
        ProcessPool.Configuration(maximumTasksPerWorker: 0), .init(onWorkerLoss: .retry(upTo: -1)),
        .init(process: .init(standardOutput: .captured)),
    ] {
        do { try await withProcessPool(size: 1, configuration: configuration) { _ in } } catch { say("\(error)") }
    }
    do { try await withProcessPool(size: 0) { _ in } } catch { say("\(error)") }
}

/// Calls that are going on when the body returns are waited for.
@Sendable private func poolClose() async throws {
    let journal = Journal()
    defer { journal.remove() }
    let call = try await withProcessPool(size: 2) { pool in
        let call = Task { try await pool.map((0..<50).map { Mortal(number: $0, journal: journal.path) }, chunkSize: 1) }
        await wait { !journal.entries.isEmpty }
        return call
    }
    say("left: \(ChildProcess.active.count)")
    say("\(try await call.value == Array(0..<50))")
}

/// An error of the body ends the calls that are going on.
@Sendable private func poolTerminate() async throws {
    let journal = Journal()
    defer { journal.remove() }
    var calls: [Task<Void, any Error>] = []
    do {
        try await withProcessPool(size: 2) { pool in
            calls.append(Task { try await pool.map((0..<10).map { _ in Stay(journal: journal.path) }) })
            calls.append(Task { for try await _ in pool.imap((0..<10).map { _ in StayForever(journal: journal.path) }) {} })
            calls.append(Task { try await pool.apply(Stay(journal: journal.path)) })
            await wait { journal.entries.count == 2 }
            throw TestError("the body has failed")
        }
    } catch {
        say("\(error), left: \(ChildProcess.active.count)")
    }
    for call in calls {
        do { try await call.value } catch { say("\((error as? ProcessError)?.code == .poolIsClosed)") }
    }
    let cancelled = Task {
        try await withProcessPool(size: 2) { pool in try await pool.apply(Stay(journal: journal.path)) }
    }
    journal.remove()
    await wait { !journal.entries.isEmpty }
    cancelled.cancel()
    do { try await cancelled.value } catch { say("\(type(of: error)), left: \(ChildProcess.active.count)") }
}

/// Tasks may hold proxies and return them.
@Sendable private func poolProxies() async throws {
    try await withManager { manager in
        let list = try await manager.list(of: Int.self)
        try await withProcessPool(size: 2) { pool in
            let returned = try await pool.map((0..<20).map { Append(number: $0, list: list) })
            try await returned[0].append(-1)
        }
        say("\(try await list.elements().sorted() == Array(-1..<20))")
    }
}

/// A task may have a pool of its own.
@Sendable private func poolNested() async throws {
    try await withProcessPool(size: 2) { pool in
        say("\(try await pool.map([Nested(count: 3), Nested(count: 4)]))")
    }
    say("left: \(ChildProcess.active.count)")
}

/// Two workers whose tasks have started other programs, and a parent that waits to be killed.
@Sendable private func poolFamily() async throws {
    try await withProcessPool(size: 2) { pool in
        try await pool.map([StayWithHelper(), StayWithHelper()], chunkSize: 1)
    }
}

/// With a chunk size as the second argument, or with 1 and the default.
@Sendable private func poolSpeed() async throws {
    let wanted = CommandLine.arguments.dropFirst(2).first.map { [Int($0)] } ?? [1, nil]
    try await withProcessPool(size: 4) { pool in
        let tasks = (0..<10_000).map { Nothing(number: $0) }
        for chunkSize in wanted {
            let times = try await (0..<5).asyncMap { _ in
                let start = monotonic()
                try await pool.map(tasks, chunkSize: chunkSize)
                return (monotonic() - start) / 1_000
            }
            say("10,000 empty tasks, 4 workers, chunk size \(chunkSize.map { "\($0)" } ?? "by default"): median \(times.sorted()[2]) µs")
        }
    }
}

extension Sequence {
    func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
