/// How a program ended, and what it wrote that was not read before.
public struct Outcome: Sendable {
    /// The exit status, or -n when signal n ended it.
    public let status: Int32
    public let bytes: [UInt8]
    let errorBytes: [UInt8]

    /// Its standard output.
    public var output: String { String(decoding: bytes, as: UTF8.self) }

    /// Its standard error.
    public var errors: String { String(decoding: errorBytes, as: UTF8.self) }

    public var lines: [String] { Self.lines(of: output) }
    public var errorLines: [String] { Self.lines(of: errors) }

    private static func lines(of text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return lines.last == "" ? lines.dropLast() : lines
    }
}
