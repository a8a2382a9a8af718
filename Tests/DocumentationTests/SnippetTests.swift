import Foundation
import Testing

/// That the snippets compile is seen when this target is built, which a plugin gives their text.
@Suite struct SnippetTests {
    @Test func `Every snippet of the README, the articles and the doc comments is compiled`() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sources = FileManager.default.enumerator(at: package.appending(path: "Sources"), includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { ["md", "swift"].contains($0.pathExtension) } ?? []
        let found = try ([package.appending(path: "README.md")] + sources).map { file in
            try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```swift").count - 1
        }
        #expect(found.reduce(0, +) == snippetOrigins.count)
        #expect(snippetOrigins.contains { $0.contains("README") })
    }
}
