/// Python 2's conversions between `unicode` and `str`, which go by ASCII.
extension PickleValue {
    /// The `str` that a `unicode` becomes where one is wanted; `nil` for another value.
    ///
    /// - Throws: `UnicodeEncodeError` for what is not ASCII.
    package func python2Encoded() throws(PythonException) -> PickleValue? {
        guard let utf8 = unicodeBytes else { return nil }
        guard let first = utf8.firstIndex(where: { !Self.isASCII($0) }) else { return .legacyString(utf8) }
        // In UTF-8 a character starts where no byte of the form 10xxxxxx stands.
        let characters = utf8[first...].prefix { !Self.isASCII($0) }.count { $0 & 0xc0 != 0x80 }
        throw Self.asciiError("UnicodeEncodeError", self, first..<first + characters)
    }

    /// The UTF-8 of the `unicode` that a `str` becomes where one is wanted, or of a `unicode`; `nil` for another value.
    ///
    /// - Throws: `UnicodeDecodeError` for what is not ASCII.
    func python2Decoded() throws(PythonException) -> [UInt8]? {
        switch self {
        case .legacyString(let bytes), .bytes(let bytes):
            guard let first = bytes.firstIndex(where: { !Self.isASCII($0) }) else { return bytes }
            throw Self.asciiError("UnicodeDecodeError", .legacyString(bytes), first..<first + 1)
        default: return unicodeBytes
        }
    }

    /// A `unicode`'s UTF-8.
    private var unicodeBytes: [UInt8]? {
        switch self {
        case .string(let text): Array(text.utf8)
        case .surrogateString(let utf8): utf8
        default: nil
        }
    }

    private static func isASCII(_ byte: UInt8) -> Bool { byte < 0x80 }

    private static func asciiError(_ name: String, _ text: PickleValue, _ place: Range<Int>) -> PythonException {
        let (codec, reason) = (Array("ascii".utf8), Array("ordinal not in range(128)".utf8))
        return PythonException(
            name: name, arguments: [.legacyString(codec), text, .int(place.lowerBound), .int(place.upperBound), .legacyString(reason)])
    }
}
