import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProcessBootstrapTests {
    private let firstSentence = """
        An attempt has been made to start a new process before the current process has finished its bootstrapping phase.
        """

    @Test func `a program without the bootstrap cannot start a child and is told what to do`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "without-bootstrap")
        #expect(outcome.lines.first == "BootstrapError: \(firstSentence)")
        #expect(outcome.lines.contains { $0.contains("make your @main type conform to MultiprocessingProgram") })
        #expect(outcome.lines.contains { $0.contains("`await ProcessBootstrap.runChildIfSpawned()` first of all") })
    }

    @Test func `a child that comes to the program's own code cannot start another`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "bootstrap-in-parent-only")
        #expect(outcome.lines.filter { $0.hasSuffix("in user code") } == ["parent in user code", "child in user code"])
        #expect(outcome.lines.filter { $0 == "BootstrapError: \(firstSentence)" }.count == 1)
        #expect(outcome.lines.last == """
            ProcessError: Process-1 ended with exit status 0 before it ran its target: \
            its main() must begin with the bootstrap, see BootstrapError
            """)
    }

    @Test func `a program with another main() calls the bootstrap itself`() async throws {
        #expect(try await ProcessTestRun.outcome(of: "own-main").lines == ["main", "child"])
    }

    @Test(arguments: ["", "3", "3:1", "nonsense", "-1:99999999999999999999"])
    func `a marker that does not belong to the process is not believed`(marker: String) async throws {
        let outcome = try await ProcessTestRun.outcome(of: "say", environment: ["SWIFT_MULTIPROCESSING_CHILD": marker])
        #expect(outcome.lines == [])
        #expect(outcome.errorLines == [
            "ProcessTestProgram: SWIFT_MULTIPROCESSING_CHILD is set, but the parent process cannot be reached"
        ])
        #expect(outcome.status == 1)
    }
}
