/// The arguments that protocol 0 writes as text, and UTF-8 as Python understands it.
enum PickleText {
    /// A Python `str` from UTF-8 that may hold lone surrogates (`'surrogatepass'`); `nil` when it is neither.
    static func unicode(_ bytes: UnsafeRawBufferPointer) -> PickleValue? {
        if let text = string(bytes) { return .string(text) }
        return isUTF8WithSurrogates(bytes) ? .surrogateString(Array(bytes)) : nil
    }

    /// Text from UTF-8; `nil` when it is none.
    static func string(_ bytes: UnsafeRawBufferPointer) -> String? {
        let bytes = bytes.bindMemory(to: UInt8.self)
        // `validating` costs several times as much, and names and most texts are ASCII.
        return bytes.allSatisfy({ $0 < 0x80 }) ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
    }

    /// Whether UTF-8's rules hold when surrogates are allowed.
    private static func isUTF8WithSurrogates(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            guard let width = sequenceWidth(bytes, at: position) else { return false }
            position += width
        }
        return true
    }

    private static func sequenceWidth(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int? {
        let lead = bytes[position]
        let (width, lowest): (Int, UInt32)
        switch lead {
        case 0..<0x80: return 1
        case 0xc2...0xdf: (width, lowest) = (2, 0x80)
        case 0xe0...0xef: (width, lowest) = (3, 0x800)
        case 0xf0...0xf4: (width, lowest) = (4, 0x10000)
        default: return nil
        }
        guard position + width <= bytes.count else { return nil }
        var scalar = UInt32(lead) & (0x7f >> UInt32(width))
        for byte in bytes[position + 1..<position + width] {
            guard byte & 0xc0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(byte & 0x3f)
        }
        return scalar >= lowest && scalar <= 0x10ffff ? width : nil
    }

    /// Appends a code point as UTF-8; a surrogate like any other.
    static func appendUTF8(_ scalar: UInt32, to bytes: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3f }
        switch scalar {
        case 0..<0x80: bytes.append(UInt8(scalar))
        case 0x80..<0x800: bytes += [0xc0 | UInt8(scalar >> 6), tail(0)]
        case 0x800..<0x10000: bytes += [0xe0 | UInt8(scalar >> 12), tail(6), tail(0)]
        default: bytes += [0xf0 | UInt8(truncatingIfNeeded: scalar >> 18) & 0x07, tail(12), tail(6), tail(0)]
        }
    }

    /// Latin-1 bytes as UTF-8.
    static func utf8(latin1 bytes: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes { appendUTF8(UInt32(byte), to: &result) }
        return result
    }

    /// The Latin-1 bytes of a text; `nil` when a character lies beyond.
    static func latin1(_ text: String) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            result.append(byte)
        }
        return result
    }

    /// `UNICODE`: Latin-1 in which `\uXXXX` and `\UXXXXXXXX` stand for other characters (CPython's `raw-unicode-escape`).
    static func rawUnicodeEscape(_ bytes: UnsafeRawBufferPointer) -> PickleValue? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < bytes.count else {
                appendUTF8(UInt32(byte), to: &result)
                continue
            }
            let kind = bytes[position]
            position += 1
            let digits = kind == UInt8(ascii: "u") ? 4 : kind == UInt8(ascii: "U") ? 8 : 0
            if digits == 0 {
                result.append(byte)
                appendUTF8(UInt32(kind), to: &result)
            } else {
                guard let scalar = hexadecimal(bytes, position, digits), scalar <= 0x10ffff else { return nil }
                appendUTF8(scalar, to: &result)
                position += digits
            }
        }
        return result.withUnsafeBytes(unicode)
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UInt32? {
        guard start + count <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<start + count] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// `STRING`: a quoted Python 2 literal.
    static func quotedString(_ line: UnsafeRawBufferPointer) -> [UInt8]? {
        guard line.count >= 2, let quote = line.first, quote == line.last,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return nil }
        return unescape(UnsafeRawBufferPointer(rebasing: line[1..<line.count - 1]))
    }

    /// CPython's `codecs.escape_decode`.
    private static func unescape(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard position < bytes.count else { return nil }
            guard let width = appendEscape(bytes, position, to: &result) else { return nil }
            position += width
        }
        return result
    }

    /// Decodes what follows a backslash; says how many bytes that was.
    private static func appendEscape(_ bytes: UnsafeRawBufferPointer, _ position: Int, to result: inout [UInt8]) -> Int? {
        let kind = bytes[position]
        switch kind {
        case UInt8(ascii: "x"):
            guard let value = hexadecimal(bytes, position + 1, 2) else { return nil }
            result.append(UInt8(truncatingIfNeeded: value))
            return 3
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            let digits = bytes[position...].prefix(3).prefix { (0x30...0x37).contains($0) }
            let value = digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
            result.append(UInt8(truncatingIfNeeded: value))
            return digits.count
        default:
            result += simpleEscapes[kind] ?? [UInt8(ascii: "\\"), kind]
            return 1
        }
    }

    private static let simpleEscapes: [UInt8: [UInt8]] = [
        0x0a: [], UInt8(ascii: "\\"): [0x5c], UInt8(ascii: "'"): [0x27], UInt8(ascii: "\""): [0x22],
        UInt8(ascii: "a"): [7], UInt8(ascii: "b"): [8], UInt8(ascii: "f"): [12], UInt8(ascii: "n"): [10],
        UInt8(ascii: "r"): [13], UInt8(ascii: "t"): [9], UInt8(ascii: "v"): [11],
    ]

    /// `FLOAT`: what `repr(float)` writes.
    static func float(_ line: UnsafeRawBufferPointer) -> Double? {
        // Swift also reads hexadecimal, which Python's float() does not; the letters of nan, inf and the exponent suffice.
        let allowed = "0123456789+-.eEinfatyINFATY".utf8
        guard !line.isEmpty, line.count <= 1_000, line.allSatisfy({ allowed.contains($0) }) else { return nil }
        return string(line).flatMap(Double.init)
    }
}
