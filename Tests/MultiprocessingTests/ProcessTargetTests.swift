import Foundation
import Multiprocessing
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ProcessTargetTests {
    @Test func `a target arrives with all its fields`() async throws {
        let outcome = try await ProcessTestRun.outcome(of: "fields")
        #expect(outcome.lines == ["equal", #"Generic<Dictionary<String, Double>> ["a": 1.5]"#, "Generic<Colour> red"])
        #expect(outcome.errorLines == [])
    }

    @Test func `a key is encoded for a child process only, and so are the settings of a server, which have keys`() {
        let settings = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc")
        for value in [AuthenticationKey("abc"), settings] as [any Encodable] {
            #expect(throws: EncodingError.self) { try JSONEncoder().encode(value) }
            #expect(throws: EncodingError.self) { try PickleEncoder().encode(value) }
        }
    }

    @Test func `a target may be larger than the buffers between the processes`() async throws {
        #expect(try await ProcessTestRun.outcome(of: "large").lines == ["1000000 numbers, the last 999999"])
    }

    @Test func `what cannot be sent is an error that names the field or the type and says what to do`() async throws {
        let output = try await ProcessTestRun.outcome(of: "unsendable").lines
        let advice = "Give the child a value that can be encoded, or what it needs to make it again, such as a path or a proxy"
        let scope = """
            declare it at file scope, not inside a function and not private (the same holds for its generic arguments)
            """
        #expect(output == [
            "HasHandle.handle cannot be sent to another process: an open file is of this process only. \(advice)",
            "a child process cannot find the type Local by its name: \(scope)",
            "a child process cannot find the type Hidden by its name: \(scope)",
            "Generic<Handle>.value cannot be sent to another process: an open file is of this process only. \(advice)",
        ])
    }
}
