import Foundation

/// A directory of a test's own, removed with it.
final class TemporaryDirectory {
    private let url: URL

    init() throws {
        url = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(uniqueName())
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of a file in the directory.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// A name that no other test has.
func uniqueName() -> String { "connection-\(UInt32.random(in: .min ... .max))" }
