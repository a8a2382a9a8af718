import Foundation

/// The lines between "```swift" and "```".
struct Snippet {
    let path: String
    /// That of the first line within.
    let line: Int
    let given: String
    let lines: [String]

    var file: String { path.split(separator: "/").suffix(2).joined(separator: "/") }
    var isFile: Bool { !imports.isEmpty }
    var imports: [String] { lines.filter { $0.hasPrefix("import ") } }

    static func all(in text: String, of path: String) -> [Snippet] {
        var found: [Snippet] = []
        var given = ""
        var open: (line: Int, lines: [String])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let content = content(String(line), isComment: path.hasSuffix(".swift")) else { continue }
            if let (start, lines) = open {
                if content.hasPrefix("```") {
                    found.append(Snippet(path: path, line: start, given: given, lines: lines))
                    (open, given) = (nil, "")
                } else {
                    open?.lines.append(content)
                }
            } else if content == "```swift" {
                open = (index + 2, [])
            } else if content.hasPrefix("<!-- given: ") {
                given = String(content.dropFirst("<!-- given: ".count).dropLast(" -->".count))
            }
        }
        return found
    }

    /// What a line of a document says; of a source file, what a doc comment says.
    private static func content(_ line: String, isComment: Bool) -> String? {
        guard isComment else { return line }
        let code = line.drop { $0 == " " }
        guard code.hasPrefix("///") else { return nil }
        return String(code.dropFirst(code.hasPrefix("/// ") ? 4 : 3))
    }

    /// The snippet as a declaration, whose errors the compiler reports where it stands.
    func declaration(number: Int) -> String {
        let kept = lines.map { $0.hasPrefix("import ") ? "" : $0.replacing("@main ", with: "") }
        let head = isFile ? "enum Snippet\(number) {" : "func snippet\(number)(\(given)) async throws {"
        return ([head, "#sourceLocation(file: \"\(path)\", line: \(line))"] + kept + ["#sourceLocation()", "}"]).joined(separator: "\n")
    }
}
