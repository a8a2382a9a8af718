import Foundation

/// A folder of a test's own, removed with it.
final class TemporaryFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("manager-\(UUID().uuidString.suffix(12))")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a file that its owner alone can read, in one step.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: url.appendingPathComponent("\(name).new"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path + ".new")
        guard rename(file.path + ".new", file.path) == 0 else { throw POSIXError(.EIO) }
        return file.path
    }

    func text(_ name: String) throws -> String { try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8) }
}
