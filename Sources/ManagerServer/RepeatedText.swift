import Glibc
import Pickle

/// A text in requests that is mostly the same as in the one before, such as an object's identifier: it is read once, and then only compared.
struct RepeatedText {
    /// Longer ones are not kept, in bytes.
    private static let maximumLength = 128

    private var pickled: [UInt8] = []
    private var text: String?

    /// The text of a value that is a `str`, as ``PickleScanner/text(_:of:)`` gives it.
    ///
    /// - Parameters:
    ///   - span: where the value stands in the bytes that the scanner scanned last.
    /// - Returns: `nil` when it is none, or refers to one elsewhere in the pickle.
    mutating func read(_ span: PickleScanner.Span, of bytes: UnsafeRawBufferPointer, by scanner: borrowing PickleScanner) -> String? {
        let new = UnsafeRawBufferPointer(rebasing: bytes[span.start..<span.end])
        if isLast(new) { return text }
        guard let read = scanner.text(span, of: bytes) else { return nil }
        if new.count <= Self.maximumLength {
            pickled.removeAll(keepingCapacity: true)
            pickled.append(contentsOf: new)
            text = read
        }
        return read
    }

    private func isLast(_ new: UnsafeRawBufferPointer) -> Bool {
        guard new.count == pickled.count, let start = new.baseAddress else { return false }
        return pickled.withUnsafeBytes { memcmp($0.baseAddress!, start, new.count) == 0 }
    }
}
