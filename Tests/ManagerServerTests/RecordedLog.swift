import Logging
import Synchronization

/// What a logger was told, for tests that look into it.
final class RecordedLog: Sendable {
    private let entries = Mutex<[String]>([])

    /// A logger whose messages, with their metadata, are recorded here.
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    var lines: [String] { entries.withLock { $0 } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            log.entries.withLock { $0.append("\(event.level) \(event.message)\(details)") }
        }
    }
}
