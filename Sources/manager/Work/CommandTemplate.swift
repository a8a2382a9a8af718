import Multiprocessing

/// A command with a place for its input: `{}`, or the end where there is none.
struct CommandTemplate: Codable, Sendable {
    let words: [String]

    static let placeholder = "{}"

    /// The program's name or path.
    var program: String { words.first ?? "" }

    /// - Throws: ``Failure`` when there is no command.
    init(_ words: [String]) throws {
        guard let program = words.first, !program.isEmpty else {
            throw Failure("a command is missing: write it after --, such as -- sha256sum {}")
        }
        self.words = words
    }

    /// The arguments behind the program's name, for one input.
    func arguments(for input: [UInt8]) -> [[UInt8]] {
        let given = words.dropFirst()
        let filled = given.map { Self.fill(Array($0.utf8), with: input) }
        return given.contains { $0.contains(Self.placeholder) } ? filled : filled + [input]
    }

    private static func fill(_ word: [UInt8], with input: [UInt8]) -> [UInt8] {
        word.split(separator: Array(placeholder.utf8), omittingEmptySubsequences: false)
            .joined(separator: input).map { $0 }
    }
}
