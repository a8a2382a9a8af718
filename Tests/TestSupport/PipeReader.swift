import Foundation
import Synchronization

/// Reads a pipe, off the threads that tasks share.
final class PipeReader: Sendable {
    let pipe = Pipe()
    private let queue = DispatchQueue(label: "pipe")
    private let unread = Mutex(Data())

    /// The next line without its end; `nil` at the end of all.
    func line() async -> String? {
        await onQueue { unread in
            while true {
                if let end = unread.firstIndex(of: 0x0a) {
                    defer { unread = Data(unread[(end + 1)...]) }
                    return String(decoding: unread[..<end], as: UTF8.self)
                }
                if !self.read(into: &unread) { return Self.text(of: &unread) }
            }
        }
    }

    /// All that comes until the end.
    func rest() async -> [UInt8] {
        await onQueue { unread in
            while self.read(into: &unread) {}
            defer { unread = Data() }
            return Array(unread)
        }
    }

    private func onQueue<Result: Sendable>(_ body: @escaping @Sendable (inout Data) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.unread.withLock { body(&$0) }) }
        }
    }

    /// Waits for more.
    private func read(into unread: inout Data) -> Bool {
        let data = pipe.fileHandleForReading.availableData
        unread.append(data)
        return !data.isEmpty
    }

    /// A last line that has no end.
    private static func text(of unread: inout Data) -> String? {
        defer { unread = Data() }
        return unread.isEmpty ? nil : String(decoding: unread, as: UTF8.self)
    }
}
