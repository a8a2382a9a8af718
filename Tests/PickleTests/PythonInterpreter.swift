import Foundation
import Testing

/// A CPython on this machine, which tests compare with.
struct PythonInterpreter: Sendable, CustomTestStringConvertible {
    let path: String
    /// Major and minor: `[3, 12]`.
    let version: [Int]

    var testDescription: String { "Python \(version.map(String.init).joined(separator: "."))" }

    /// One of each version: PATH's `python3` and those of pyenv. Says which versions are missing.
    static let all: [PythonInterpreter] = {
        var found: [[Int]: PythonInterpreter] = [:]
        for path in candidates {
            guard let python = PythonInterpreter(path: path), found[python.version] == nil else { continue }
            found[python.version] = python
        }
        let missing = wanted.filter { found[$0] == nil }.map { $0.map(String.init).joined(separator: ".") }
        if !missing.isEmpty { print("NOT TESTED, no interpreter found: Python \(missing.joined(separator: ", "))") }
        return found.values.sorted { $0.version.lexicographicallyPrecedes($1.version) }
    }()

    static let python3 = all.filter { $0.version[0] == 3 }

    private static let wanted = [[2, 7]] + (6...14).map { [3, $0] }

    private static var candidates: [String] {
        let environment = ProcessInfo.processInfo.environment
        let pyenv = environment["PYENV_ROOT"] ?? NSHomeDirectory() + "/.pyenv"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: pyenv + "/versions")) ?? []
        let installed = versions.map { "\(pyenv)/versions/\($0)/bin/python" }
        let onPath = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        return (installed + onPath).filter(FileManager.default.isExecutableFile)
    }

    /// `nil` when it does not run.
    private init?(path: String) {
        self.path = path
        guard let output = try? Self.run(path, "import sys; print('%d %d' % sys.version_info[:2])", []) else { return nil }
        version = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard version.count == 2 else { return nil }
    }

    /// Runs a script with `input` as its standard input; gives what it writes to its standard output.
    func run(script: String, input: [UInt8] = []) throws -> [UInt8] {
        try Self.run(path, script, input)
    }

    private static func run(_ path: String, _ script: String, _ input: [UInt8]) throws -> [UInt8] {
        // A file, not a pipe: both sides may write as much as they like before the other reads.
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", script]
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        try process.run()
        let bytes = Array(output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(path: path, status: process.terminationStatus) }
        return bytes
    }

    struct Failure: Error {
        let path: String
        let status: Int32
    }
}
