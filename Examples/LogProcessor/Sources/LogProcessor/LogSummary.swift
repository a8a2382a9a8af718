import Foundation
import Multiprocessing

/// What a log file holds.
struct LogSummary: Codable, Sendable {
    var lines = 0
    var errors = 0
    var warnings = 0

    static func + (left: LogSummary, right: LogSummary) -> LogSummary {
        LogSummary(lines: left.lines + right.lines, errors: left.errors + right.errors, warnings: left.warnings + right.warnings)
    }
}

/// Reads one log file. Only its path is sent: the worker reads the file itself, from a disk that both can see.
struct SummarizeLog: PoolTask {
    let path: String

    func run() async throws -> LogSummary {
        // Mapped, not read at once.
        guard let file = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else { throw Unreadable(path: path) }
        var lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // What stands behind the last line's end is no line.
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.reduce(into: LogSummary()) { $0.count($1) }
    }

    struct Unreadable: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) cannot be read" }
    }
}

extension LogSummary {
    fileprivate mutating func count(_ line: Data) {
        lines += 1
        if line.range(of: Data("ERROR".utf8)) != nil { errors += 1 }
        if line.range(of: Data("WARN".utf8)) != nil { warnings += 1 }
    }
}
