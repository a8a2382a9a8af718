import Foundation
import Testing

/// A CPython on this machine, for tests that ask it what is right.
struct PythonInterpreter: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let path: String
    let major: Int
    let minor: Int

    var testDescription: String { "Python \(major).\(minor)" }
    var description: String { testDescription }

    func isAtLeast(_ major: Int, _ minor: Int) -> Bool { (self.major, self.minor) >= (major, minor) }

    /// The highest protocol that its `pickle` knows.
    var highestProtocol: UInt8 {
        if major == 2 { 2 } else if isAtLeast(3, 8) { 5 } else { 4 }
    }

    /// PATH's `python3` and pyenv's versions, one of each version.
    static let all: [PythonInterpreter] = {
        var found: [PythonInterpreter] = []
        for path in candidates() {
            guard let interpreter = PythonInterpreter(path: path) else { continue }
            if !found.contains(where: { ($0.major, $0.minor) == (interpreter.major, interpreter.minor) }) { found.append(interpreter) }
        }
        report(found)
        return found.sorted { ($0.major, $0.minor) < ($1.major, $1.minor) }
    }()

    static let python3 = all.filter { $0.major == 3 }

    /// Major and minor: `[3, 12]`.
    var version: [Int] { [major, minor] }

    /// A Python 3, the newest.
    static var newest: PythonInterpreter? { all.last { $0.major == 3 } }

    private static func candidates() -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let root = environment["PYENV_ROOT"] ?? (environment["HOME"] ?? "") + "/.pyenv"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root + "/versions"))?.sorted() ?? []
        let onPath = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        return versions.map { "\(root)/versions/\($0)/bin/python" } + onPath
    }

    private static func report(_ found: [PythonInterpreter]) {
        let wanted = [(2, 7)] + (6...14).map { (3, $0) }
        let missing = wanted.filter { want in !found.contains { ($0.major, $0.minor) == want } }
        if !missing.isEmpty { print("NOT TESTED, for want of: " + missing.map { "Python \($0.0).\($0.1)" }.joined(separator: ", ")) }
    }

    private init?(path: String) {
        guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
        self.init(path: path, major: 0, minor: 0)
        guard let output = try? run(script: "import sys; print('%d %d' % sys.version_info[:2])") else { return nil }
        let numbers = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        self.init(path: path, major: numbers[0], minor: numbers[1])
    }

    private init(path: String, major: Int, minor: Int) {
        self.path = path
        self.major = major
        self.minor = minor
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a script, which may import what stands in the tests' `Python` folder, and returns what it wrote.
    func run(script: String, input: [UInt8] = []) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pickle-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, not pipes: neither side then waits for the other.
        let files = ["input", "output", "errors"].map { folder.appendingPathComponent($0) }
        try Data(input).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", script]
        process.environment = ["PYTHONPATH": Self.modules, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"]
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let errors = try String(decoding: Data(contentsOf: files[2]), as: UTF8.self)
            throw Failure(description: "\(self) ended with \(process.terminationStatus): \(errors.suffix(2_000))")
        }
        return try Array(Data(contentsOf: files[1]))
    }

    private static let modules = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Python").path
}
