import Foundation

/// A Python of this machine, for tests that ask it what is right or that speak with it.
public struct PythonInterpreter: Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        case cpython = "CPython"
        case pypy = "PyPy"
    }

    public let path: String
    public let kind: Kind
    public let major: Int
    public let minor: Int

    /// One CPython of each version, the oldest first: those of pyenv, and those on the `PATH`.
    public static let all = everything.filter { $0.kind == .cpython }

    /// The Python 3s among them.
    public static let python3 = all.filter { $0.major == 3 }

    /// PATH's `pypy3`, if there is one.
    public static let pypy = everything.filter { $0.kind == .pypy }

    /// The newest CPython 3.
    public static var newest: PythonInterpreter? { python3.last }

    public var description: String { kind == .cpython ? "Python \(major).\(minor)" : "\(kind.rawValue) \(major).\(minor)" }

    /// Major and minor: `[3, 12]`.
    public var version: [Int] { [major, minor] }

    public func isAtLeast(_ major: Int, _ minor: Int) -> Bool { (self.major, self.minor) >= (major, minor) }

    /// The highest protocol that its `pickle` knows.
    public var highestProtocol: UInt8 {
        if major == 2 { 2 } else if isAtLeast(3, 8) { 5 } else { 4 }
    }

    private static let everything: [PythonInterpreter] = {
        var found: [PythonInterpreter] = []
        for path in candidates() {
            guard let python = PythonInterpreter(path: path) else { continue }
            if !found.contains(where: { $0.description == python.description }) { found.append(python) }
        }
        reportMissing(found)
        return found.sorted { ($0.major, $0.minor) < ($1.major, $1.minor) }
    }()

    private static let wanted = ["2.7"] + (6...14).map { "3.\($0)" }

    private static func candidates() -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let root = environment["PYENV_ROOT"] ?? (environment["HOME"] ?? "") + "/.pyenv"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root + "/versions"))?.sorted() ?? []
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let names = wanted.map { "python\($0)" } + ["python3", "pypy3"]
        let onPath = names.flatMap { name in folders.map { "\($0)/\(name)" } }
        return (versions.map { "\(root)/versions/\($0)/bin/python" } + onPath).filter(FileManager.default.isExecutableFile)
    }

    private static func reportMissing(_ found: [PythonInterpreter]) {
        let names = found.map(\.description)
        var missing = wanted.map { "Python \($0)" }.filter { !names.contains($0) }
        if !found.contains(where: { $0.kind == .pypy }) { missing.append("PyPy (pypy3)") }
        if !missing.isEmpty { print("NOT TESTED, for want of: \(missing.joined(separator: ", "))") }
    }

    /// `nil` when there is no working Python at this path, as behind a wrapper of pyenv for a version that is not there.
    private init?(path: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = [
            "-c", "import sys; print('%s %d %d' % ((('PyPy' if hasattr(sys, 'pypy_version_info') else 'CPython'),) + sys.version_info[:2]))",
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 3, let kind = Kind(rawValue: String(words[0])), let major = Int(words[1]), let minor = Int(words[2]) else {
            return nil
        }
        (self.path, self.kind, self.major, self.minor) = (path, kind, major, minor)
    }
}
