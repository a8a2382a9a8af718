import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ProcessPoolTests {
    @Test func `tasks run in the workers and their results come in order`() async throws {
        #expect(try await lines("pool") == ["49", "true", "true", "true", "true", "[]", "true", "true", "left: 0, []"])
    }

    @Test func `sequences are run in order and out of order, also when their elements come by and by`() async throws {
        #expect(try await lines("pool-sequences") == ["true", "true", "true", "true", "[]", "9", "16 true", "no more tasks"])
    }

    @Test func `an endless sequence is read no further than the look-ahead`() async throws {
        #expect(try await lines("pool-look-ahead") == ["a thousand of endless tasks"])
    }

    @Test func `an error of a task has its index, type and text`() async throws {
        #expect(try await lines("pool-errors") == [
            "TaskError: task 0 failed: TestError: no sevens, not even 7",
            "task 3 failed: TestError: no sevens, not even 17",
            "7 results, task 7 failed: TestError: no sevens, not even 7",
            "30 outcomes, failed: [7, 17, 27]",
            "true 0 TestError no sevens, not even 17",
            "25",
        ])
    }

    @Test func `exactly the tasks whose workers were killed are reported as lost, and none runs twice`() async throws {
        let outcomes = "100 outcomes, lost [3, 4, 57], each begun once: true"
        #expect(try await lines("pool-report") == [outcomes, outcomes, "task 0 was lost with its worker, which ended by signal 9"])
    }

    @Test func `lost tasks are run again as often as allowed, and only they`() async throws {
        #expect(try await lines("pool-retry") == [
            "true", "begun: [1, 2, 3, 3], in all 65", "task 0 was lost with its worker, which ended by signal 9", "begun: 3",
        ])
    }

    @Test func `no task is lost while workers are killed all the time`() async throws {
        #expect(try await lines("pool-killed") == ["true, killed some: true", "9", "left: 0"])
    }

    @Test func `a worker is replaced after its last task`() async throws {
        #expect(try await lines("pool-recycled") == ["[3, 3, 3, 1], 4 workers", "[3, 3, 3, 1], 4 workers"])
    }

    @Test func `an initializer prepares each worker, and its error ends the pool`() async throws {
        #expect(try await lines("pool-initializer") == [
            #"["well"]"#, "could not be started: its initializer failed: nothing to prepare", "left: 0",
        ])
    }

    @Test func `cancelling a call ends its work and leaves the pool usable`() async throws {
        #expect(try await lines("pool-cancel") == ["CancellationError", "CancellationError", "10", "new workers: true", "CancellationError"])
    }

    @Test func `leaving a sequence takes back its tasks`() async throws {
        #expect(try await lines("pool-break") == ["36", "CancellationError", "49"])
    }

    @Test func `misuse is an error that says what to do`() async throws {
        let closed = "this pool has been closed: use it inside the body of withProcessPool only, and await its calls there"
        #expect(try await lines("pool-misuse") == [
            """
            a child process cannot find the type HiddenTask by its name: declare it at file scope, not inside a function and not \
            private (the same holds for its generic arguments)
            """,
            "a chunk must hold at least one task: chunkSize is 0",
            "a chunk must hold at least one task: chunkSize is -1",
            closed,
            closed,
            "a worker must run at least one task: maximumTasksPerWorker is 0",
            "a lost task cannot be run again -1 times",
            "nobody would read the captured output of a pool's workers: inherit it or send it to a file",
            "a pool needs at least one worker, not 0",
        ])
    }

    @Test func `calls that are going on at the end of the scope are waited for`() async throws {
        #expect(try await lines("pool-close") == ["left: 0", "true"])
    }

    @Test func `an error of the body and cancellation end the calls that are going on`() async throws {
        #expect(try await lines("pool-terminate") == [
            "the body has failed, left: 0", "true", "true", "true", "CancellationError, left: 0",
        ])
    }

    @Test func `tasks may hold and return proxies`() async throws {
        #expect(try await lines("pool-proxies") == ["true"])
    }

    @Test func `a task may use a pool of its own`() async throws {
        #expect(try await lines("pool-nested") == ["[5, 14]", "left: 0"])
    }

    @Test func `workers, and what their tasks have started, end when the parent is killed`() async throws {
        try await expectFamilyEnds("pool-family") { kill($0, SIGKILL) }
    }

    @Test func `workers, and what their tasks have started, end by Ctrl-C`() async throws {
        try await expectFamilyEnds("pool-family-in-foreground") { kill(-$0, SIGINT) }
    }

    @Test func `a task that has started other programs takes them along when its worker is killed`() async throws {
        let run = try ProcessTestRun.start("pool-family")
        let (first, second) = (try await family(run), try await family(run))
        kill(first[0], SIGKILL)
        for process in first { try await waitForEnd(of: process) }
        // The lost task ends the body and the pool with it.
        for process in second { try await waitForEnd(of: process) }
        let outcome = await run.outcome()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("was lost with its worker, which ended by signal 9"))
    }

    private func expectFamilyEnds(_ scenario: String, _ end: (Int32) -> Void) async throws {
        let run = try ProcessTestRun.start(scenario)
        let processes = try await family(run) + family(run)
        for process in processes { #expect(isRunning(process)) }
        end(run.pid)
        for process in processes { try await waitForEnd(of: process) }
        #expect(await run.outcome().status < 0)
    }

    /// A worker and what it has started.
    private func family(_ run: TestProgram) async throws -> [Int32] {
        let processes = try #require(await run.nextLine()).split(separator: " ").compactMap { Int32($0) }
        try #require(processes.count == 2)
        return processes
    }

    private func lines(_ scenario: String) async throws -> [String] {
        let outcome = try await ProcessTestRun.outcome(of: scenario)
        #expect(outcome.errorLines == [])
        return outcome.lines
    }
}
