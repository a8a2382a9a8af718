import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProcessTests {
    @Test func `a child runs its target and not the program`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "say")
        #expect(outcome.lines == ["hello from the child"])
        #expect(outcome.errorLines == [])
        #expect(outcome.status == 0)
    }

    @Test func `the exit status says how a child has ended`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "statuses")
        #expect(outcome.lines == [
            "fine",
            "Process-1: ended with exit status 0, 0, alive false",
            "Process-2: ended with exit status 7, 7, alive false",
            "Process-3: ended with exit status 1, 1, alive false",
            "Process-4: ended by signal 9, -9, alive false",
            "Process-5: ended by signal 10, -10, alive false",
        ])
        #expect(outcome.errorLines == ["Process Process-3: failed"])
    }

    @Test func `join with a timeout, terminate and kill`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "join-timeout")
        #expect(outcome.lines == [
            "before start: true true false",
            "timed out: true, true, listed 1",
            "joined: true, false, -15",
            "again: true, listed 0",
            "ignores SIGTERM",
            "killed: -9, joined true",
            "own children: []",
        ])
    }

    @Test func `several tasks join, and cancelling one disturbs nobody`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "joins")
        #expect(outcome.lines == ["CancellationError, alive true", "all joined"])
    }

    @Test func `joining before the start and starting twice are errors that say so`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "misuse")
        let twice = "Process-1 cannot be started twice: make another ChildProcess"
        // The child says "once" while its parent goes on, before or after the second start; the third is after its end.
        #expect(outcome.lines.first == "Process-1 cannot be joined: it has not been started")
        #expect(outcome.lines.dropFirst().sorted() == [twice, twice, "once"].sorted())
        #expect(outcome.lines.last == twice)
    }

    @Test func `an error of the target is one line on standard error and exit status 1`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "target-error")
        #expect(outcome.errorLines == ["Process Worker: no such luck"])
        #expect(outcome.status == 0)
    }

    @Test func `an error of the program is one line on standard error and exit status 1`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "fail")
        #expect(outcome.errorLines == ["ProcessTestProgram: what went wrong"])
        #expect(outcome.lines == [])
        #expect(outcome.status == 1)
    }

    @Test func `a start that fails in the child is an error of start()`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "undecodable")
        #expect(outcome.lines == [
            "Process-1 could not be started: the file is gone",
            "Process-2 ended by signal 9 before it ran its target",
        ])
        #expect(outcome.errorLines == [])
    }

    @Test func `cancelling start() kills the child`() async throws {
        #expect(try await ProcessTestRun.outcome(of: "cancel-start").lines == ["CancellationError", "-9"])
    }

    @Test func `names count as in Python, and the key is the same in all children`() async throws {
        let output = try await ProcessTestRun.outcome(of: "names").lines
        #expect(output.map { $0.components(separatedBy: " key=")[0] } == [
            "MainProcess",
            "Process-1 daemon=false parent=true",
            "Process-1:1 daemon=false parent=true",
            "Worker daemon=true parent=true",
            "Process-3 daemon=false parent=true",
        ])
        #expect(Set(output.dropFirst().map { $0.components(separatedBy: " key=")[1] }).count == 1)
        #expect(try await ProcessTestRun.outcome(of: "key").lines == ["Process-1 daemon=false parent=true key=[1, 2, 3]"])
    }

    @Test func `fifty children at once`() async throws {
        let output = try await ProcessTestRun.outcome(of: "fifty").lines
        #expect(Set(output.prefix(50)) == Set((1...50).map { "child \($0)" }))
        #expect(output.dropFirst(50).first == "succeeded: 50")
        #expect(output.last == "no child and no link is left")
    }
}
