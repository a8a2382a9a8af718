import Foundation

/// A CPython of this machine.
struct Python: Sendable, CustomStringConvertible {
    let path: String
    /// Major and minor version, such as `3.12`.
    let version: String

    var description: String { "Python \(version)" }

    /// One interpreter of each version: `python3` of the `PATH`, and those of pyenv.
    static let all: [Python] = {
        let found = candidates().compactMap(Python.init(path:))
        let unique = Dictionary(found.map { ($0.version, $0) }) { first, _ in first }
        let missing = versions.filter { unique[$0] == nil }
        if !missing.isEmpty { print("NOT TESTED against Python \(missing.joined(separator: ", ")): no such interpreter found") }
        return unique.values.sorted { $0.version.compare($1.version, options: .numeric) == .orderedAscending }
    }()

    private static let versions = ["2.7"] + (6...14).map { "3.\($0)" }

    private static func candidates() -> [String] {
        let environment = ProcessInfo.processInfo.environment
        let pyenv = environment["PYENV_ROOT"] ?? (environment["HOME"] ?? "") + "/.pyenv"
        let installed = (try? FileManager.default.contentsOfDirectory(atPath: pyenv + "/versions")) ?? []
        let onPath = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
        let all = installed.sorted().map { "\(pyenv)/versions/\($0)/bin/python" } + onPath
        return all.filter(FileManager.default.isExecutableFile(atPath:))
    }

    private init?(path: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", "import platform, sys; print(platform.python_implementation(), '%d.%d' % sys.version_info[:2])"]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard text.contains("CPython"), let version = text.firstMatch(of: /\d+\.\d+/) else { return nil }
        (self.path, self.version) = (path, String(version.output))
    }
}

/// A Python program that runs, with the lines that it prints.
final class PythonProgram: Sendable {
    private let process: Process
    private let lines: AsyncStream<String>

    /// Starts `script`; its standard error is that of the tests.
    init(_ python: Python, _ script: String, arguments: [String]) throws {
        let output = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: python.path)
        process.arguments = ["-u", "-c", script] + arguments
        process.standardOutput = output
        lines = Self.lines(of: output.fileHandleForReading)
        try process.run()
    }

    /// Waits for the next line; `nil` when the program has ended.
    func nextLine() async -> String? {
        var iterator = lines.makeAsyncIterator()
        return await iterator.next()
    }

    /// Ends the program, which may have ended already.
    func end() {
        if process.isRunning { process.terminate() }
    }

    private static func lines(of file: FileHandle) -> AsyncStream<String> {
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            var text = Data()
            while case let data = file.availableData, !data.isEmpty {
                text += data
                while let end = text.firstIndex(of: 10) {
                    continuation.yield(String(decoding: text[..<end], as: UTF8.self))
                    text = Data(text[(end + 1)...])
                }
            }
            continuation.finish()
        }
        return lines
    }
}
