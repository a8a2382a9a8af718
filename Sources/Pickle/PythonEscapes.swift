/// Quoted literals, as `repr` writes text and bytes.
enum PythonEscapes {
    private static let quote = UInt8(ascii: "'")
    private static let doubleQuote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// A `str` literal (CPython's `unicode_repr`): characters that are not printable are escaped; in Python 2 all beyond ASCII.
    ///
    /// - Parameter text: UTF-8, possibly with surrogates.
    static func appendText(_ text: [UInt8], _ python: PythonVersion, to output: inout [UInt8]) {
        if python.isPython2 { output.append(UInt8(ascii: "u")) }
        let quote = quote(for: text)
        output.append(quote)
        var position = 0
        while position < text.count {
            let width = width(text[position])
            let character = text[position..<min(position + width, text.count)]
            appendCharacter(character, quote, python, to: &output)
            position += width
        }
        output.append(quote)
    }

    /// A `bytes` literal without its `b` (CPython's `bytes_repr`), which is also Python 2's `str` literal.
    static func appendBytes(_ bytes: [UInt8], to output: inout [UInt8]) {
        let quote = quote(for: bytes)
        output.append(quote)
        for byte in bytes { appendByte(byte, quote, to: &output) }
        output.append(quote)
    }

    /// A `bytearray`, which has its own rule (CPython's `bytearray_repr`): a `'` is escaped even where none must be.
    static func appendByteArray(_ bytes: [UInt8], to output: inout [UInt8]) {
        output += "bytearray(b".utf8
        let quote = quote(for: bytes)
        output.append(quote)
        for byte in bytes { byte == Self.quote ? output += [backslash, byte] : appendByte(byte, Self.quote, to: &output) }
        output.append(quote)
        output += ")".utf8
    }

    /// `'`, unless there is one inside and no `"`.
    private static func quote(for text: [UInt8]) -> UInt8 {
        text.contains(quote) && !text.contains(doubleQuote) ? doubleQuote : quote
    }

    /// How many bytes the UTF-8 sequence has that starts with this one.
    private static func width(_ lead: UInt8) -> Int {
        lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    }

    private static func appendCharacter(
        _ character: ArraySlice<UInt8>, _ quote: UInt8, _ python: PythonVersion, to output: inout [UInt8]
    ) {
        guard let lead = character.first, lead >= 0x80 else {
            if let byte = character.first { appendByte(byte, quote, to: &output) }
            return
        }
        let scalar = character.dropFirst().reduce(UInt32(lead) & (0x7f >> UInt32(character.count))) { $0 << 6 | UInt32($1 & 0x3f) }
        if !python.isPython2, isPrintable(scalar) {
            output += character
        } else {
            appendEscape(scalar, to: &output)
        }
    }

    private static func appendByte(_ byte: UInt8, _ quote: UInt8, to output: inout [UInt8]) {
        switch byte {
        case quote, backslash: output += [backslash, byte]
        case 0x20..<0x7f: output.append(byte)
        case 0x09: output += "\\t".utf8
        case 0x0a: output += "\\n".utf8
        case 0x0d: output += "\\r".utf8
        default: appendEscape(UInt32(byte), to: &output)
        }
    }

    /// `\xe9`, `\u2028` or `\U000e0001`
    private static func appendEscape(_ scalar: UInt32, to output: inout [UInt8]) {
        let (kind, width) = scalar < 0x100 ? ("\\x", 2) : scalar < 0x10000 ? ("\\u", 4) : ("\\U", 8)
        let digits = String(scalar, radix: 16)
        output += kind.utf8
        output += repeatElement(UInt8(ascii: "0"), count: width - digits.utf8.count)
        output += digits.utf8
    }

    /// CPython's `str.isprintable`: neither of the categories "other" and "separator", apart from the space.
    private static func isPrintable(_ scalar: UInt32) -> Bool {
        switch Unicode.Scalar(scalar)?.properties.generalCategory {
        case nil, .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
            false
        default: true
        }
    }
}
