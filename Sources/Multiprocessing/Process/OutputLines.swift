/// The lines of a captured stream, read as UTF-8, without their ends (`\n` or `\r\n`). A last line may be without an end.
public struct OutputLines: AsyncSequence, Sendable {
    /// The longest line in bytes; one that is longer comes in pieces of that length, so that memory is bounded.
    static let longestLine = 1 << 20

    let pieces: CapturedOutput

    /// Reads line after line.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let pieces: CapturedOutput.Iterator
        private var unread: ArraySlice<UInt8> = []
        private var isOver = false

        fileprivate init(_ pieces: CapturedOutput.Iterator) { self.pieces = pieces }

        /// The next line; `nil` at the end.
        ///
        /// - Throws: `CancellationError` when this task is cancelled.
        public mutating func next() async throws -> String? {
            while true {
                if let end = unread.firstIndex(of: UInt8(ascii: "\n")) { return take(upTo: end, skipping: 1) }
                if unread.count >= OutputLines.longestLine { return take(upTo: unread.startIndex + OutputLines.longestLine, skipping: 0) }
                if isOver { return unread.isEmpty ? nil : take(upTo: unread.endIndex, skipping: 0) }
                if let piece = try await pieces.next() { unread += piece } else { isOver = true }
            }
        }

        private mutating func take(upTo end: Int, skipping count: Int) -> String {
            var line = unread[..<end]
            unread = unread[(end + count)...]
            if count > 0 && line.last == UInt8(ascii: "\r") { line.removeLast() }
            return String(decoding: line, as: UTF8.self)
        }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(pieces.makeAsyncIterator()) }
}
