import Foundation
import FuzzBodies
import Testing

/// What the fuzzer has found, and what it keeps since each input leads somewhere else.
struct CorpusTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fuzzing")

    private static func inputs(_ path: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder.appendingPathComponent(path), includingPropertiesForKeys: nil)
    }

    private func run(_ target: FuzzTarget, _ input: URL) throws {
        let bytes = Array(try Data(contentsOf: input))
        #expect(throws: Never.self, "\(target) with \(input.lastPathComponent)") { try bytes.withUnsafeBytes { bytes in try target.run(bytes) } }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `What holds for any bytes holds for those that the fuzzer keeps`(_ target: FuzzTarget) throws {
        let inputs = try Self.inputs("Corpora/\(target.rawValue)")
        #expect(!inputs.isEmpty)
        for input in inputs { try run(target, input) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `What once went wrong for a target goes wrong for none`(_ target: FuzzTarget) throws {
        let findings = try Self.inputs("Findings").flatMap { try Self.inputs("Findings/\($0.lastPathComponent)") }
        #expect(!findings.isEmpty)
        for finding in findings { try run(target, finding) }
    }
}
