import Foundation

/// Makes one Swift file of the snippets in the files that are named: `SnippetExtractor OUTPUT INPUT…`.
///
/// A snippet that begins with `import` is a file, and becomes an enum with its declarations. Any other is a few lines of a program, and
/// becomes the body of a function, whose parameters are what a comment before the snippet says: `<!-- given: manager: Manager -->`.
@main struct SnippetExtractor {
    static func main() throws {
        let arguments = CommandLine.arguments
        var snippets: [Snippet] = []
        for path in arguments.dropFirst(2) {
            snippets += Snippet.all(in: try String(contentsOfFile: path, encoding: .utf8), of: path)
        }
        let imports = Set(snippets.flatMap(\.imports)).union(["import Multiprocessing"]).sorted()
        let bodies = snippets.enumerated().map { $1.declaration(number: $0) }
        let count = "let snippetOrigins = [\n" + snippets.map { "    \"\($0.file):\($0.line)\"," }.joined(separator: "\n") + "\n]"
        let text = (imports + [count] + bodies).joined(separator: "\n\n") + "\n"
        try text.write(toFile: arguments[1], atomically: true, encoding: .utf8)
    }
}
