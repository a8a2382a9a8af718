import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProcessStreamTests {
    @Test func `captured streams are read line by line`() async throws {
        #expect(try await lines("capture") == [#"["line 0", "line 1", "line 2"] ["3 lines"]"#])
    }

    @Test func `a child whose output nobody reads waits, and nothing of it is lost`() async throws {
        #expect(try await lines("capture-much") == ["ended unread: false", "200000 lines, in order: true"])
    }

    @Test func `a reader that is cancelled takes nothing away`() async throws {
        let run = try ProcessTestRun.start("capture-cancelled")
        #expect(await run.nextLine() == "CancellationError")
        #expect(await run.nextLine() == "waiting")
        run.send("a line")
        #expect(await run.outcome().lines == [#"["out: a line"]"#])
    }

    @Test func `reading what is not captured is an error that says what to do`() async throws {
        #expect(try await lines("not-captured") == [
            "there is no standardOutput of Process-1 to read: give it a Configuration(standardOutput: .captured), and start it first",
            "said",
            "there is no standardError of Process-1 to read: give it a Configuration(standardError: .captured), and start it first",
        ])
    }

    @Test func `more output than allowed is an error, and ends the child of a scope`() async throws {
        #expect(try await lines("too-much") == ["the child has written more than the 1000 bytes that collect(upTo:) allows", "left: 0"])
    }

    @Test func `lines end with a newline or the stream`() async throws {
        #expect(try await lines("lines") == [#"["a", "b", "", "c"]"#, "[]", #"[""]"#, #"["no end"]"#, #"[""]"#])
    }

    @Test func `streams may be files or nothing`() async throws {
        #expect(try await lines("files") == [
            #"["line 0", "line 1", "2 lines"]"#, #"["line 0", "line 1", "2 lines", "1 lines"]"#,
            "out: line 0", "out: end of file", #"["line 0"]"#, "ProcessTestProgram: No such file or directory",
        ])
    }

    @Test func `the environment is inherited with changes, or replaced`() async throws {
        let output = try await lines("environment")
        #expect(output.prefix(4) == ["KEPT=old", "CHANGED=new", "REMOVED=unset", "ADDED=a=b"])
        #expect(output.dropFirst(5).prefix(4) == ["KEPT=only", "CHANGED=unset", "REMOVED=unset", "ADDED=unset"])
        #expect(output.last?.hasSuffix("variables 2") == true)
    }

    @Test func `a child may start in another folder`() async throws {
        #expect(try await lines("folder") == ["folder /usr, variables 1", " in /nowhere: No such file or directory"])
    }

    @Test func `a scope joins its child, and ends it when the body throws`() async throws {
        #expect(try await lines("scope") == ["ended with exit status 7", "the body has failed: ended by signal 15"])
    }

    @Test func `a scope throws away what its body has not read, and its child ends by itself`() async throws {
        #expect(try await lines("scope-unread") == ["line 0", "ended with exit status 0"])
    }

    @Test func `a scope ends its child when it is cancelled`() async throws {
        #expect(try await lines("scope-cancelled") == ["CancellationError: ended by signal 15"])
    }

    @Test func `any signal can be sent`() async throws {
        #expect(try await lines("signal") == ["ended by signal \(SIGUSR2)"])
    }

    @Test func `a program without standard streams captures those of its children`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "closed-streams")
        #expect(outcome.errorLines == [#"["line 0", "line 1", "2 lines"]"#])
    }

    private func lines(_ scenario: String) async throws -> [String] {
        try await ProcessTestRun.outcome(of: scenario).lines
    }
}
