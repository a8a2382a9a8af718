import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProcessLifetimeTests {
    @Test func `the program joins an ordinary child when run() is over`() async throws {
        let run = try ProcessTestRun.start("leave-ordinary")
        #expect(await run.nextLine() == "run is over")
        #expect(isRunning(run.pid))
        run.send("line")
        let outcome = await run.outcome()
        #expect(outcome.lines == ["out: line"])
        #expect(outcome.errorLines == ["err: line"])
        #expect(outcome.status == 0)
    }

    @Test func `the program terminates a daemon when run() is over`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "leave-daemon")
        #expect(outcome.status == 0)
        let daemon = try #require(outcome.lines.first.flatMap { Int32($0) })
        #expect(!isRunning(daemon))
    }

    @Test func `the program tells a server to end when run() is over`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "leave-server")
        #expect(outcome.lines == ["run is over", "server ends in order"])
        #expect(outcome.status == 0)
    }

    @Test func `a daemon can start only children that end with it`() async throws {
        #expect(try await ProcessTestRun.outcome(of: "daemon-parent").lines == [
            "a daemon process cannot start Process-1:1, which would outlive it: make it a daemon too", "daemon of a daemon",
        ])
    }

    @Test func `daemons and servers end when the parent is killed, other children go on`() async throws {
        let run = try ProcessTestRun.start("family")
        let children = try #require(await run.nextLine()).split(separator: " ").compactMap { Int32($0) }
        try #require(children.count == 3)
        kill(run.pid, SIGKILL)
        #expect(await run.nextLine() == "server ends in order")
        try await waitForEnd(of: children[0])
        try await waitForEnd(of: children[2])
        #expect(isRunning(children[1]))
        kill(children[1], SIGKILL)
        #expect(await run.outcome().status == -SIGKILL)
    }

    @Test func `Ctrl-C ends the program and its children, and the server in order`() async throws {
        let run = try ProcessTestRun.start("family-in-foreground")
        let children = try #require(await run.nextLine()).split(separator: " ").compactMap { Int32($0) }
        try #require(children.count == 3)
        kill(-run.pid, SIGINT)
        let outcome = await run.outcome()
        #expect(outcome.lines == ["server ends in order"])
        #expect(outcome.status == -SIGINT)
        for child in children { try await waitForEnd(of: child) }
    }

    @Test func `a server reports once it is ready, or why it is not`() async throws {
        #expect(try await ProcessTestRun.outcome(of: "server").lines == [
            "SyncManager-1: listening in group of its own: true",
            "server ends in order",
            "0",
            "SyncManager-2 could not be started: the address is in use",
            "SyncManager-3 ended with exit status 3 without a report",
        ])
    }
}
