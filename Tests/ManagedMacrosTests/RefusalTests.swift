import Foundation
import TestSupport
import Testing

/// What the macros refuse, as the compiler tells it.
struct RefusalTests {
    private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Refused/Refused.swift")

    @Test func `What cannot be sent, and a misplaced attribute, are refused where they stand`() async throws {
        let lines = try String(contentsOf: Self.source, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
        let expected = lines.enumerated().compactMap { index, line in
            line.firstRange(of: "  // error: ").map { "\(index + 1): \(line[$0.upperBound...])" }
        }
        #expect(expected.count == 22)
        #expect(try await refusals() == expected)
    }

    /// The errors that a macro makes, each as `line: message`; those in what the macros write do not count, for its modules are not there.
    private func refusals() async throws -> [String] {
        let plugin = "\(BuiltProduct.path("ManagedMacrosPlugin-tool"))#ManagedMacrosPlugin"
        let outcome = try await TestProgram.run(
            "/usr/bin/env", ["swiftc", "-typecheck", "-swift-version", "6", "-load-plugin-executable", plugin, Self.source.path])
        let refusal = /\S+:(\d+):\d+: error: (.*) \(from macro '.*'\)/
        return outcome.errorLines.compactMap { line in
            (try? refusal.wholeMatch(in: line)).map { (Int($0.1) ?? 0, String($0.2)) }
        }.sorted { $0.0 < $1.0 }.map { "\($0.0): \($0.1)" }
    }
}
