import Glibc

/// One line of the audit log: a JSON object, and a newline.
struct AuditLine {
    private var bytes: [UInt8]

    /// How many characters of a text are written down: a peer may send a name of any length.
    private static let greatestTextLength = 256

    /// Begins with the time, in UTC.
    init(_ event: StaticString) {
        bytes = Array("{\"time\": \"\(Self.now)\"".utf8)
        add("event", "\(event)")
    }

    mutating func add(_ field: StaticString, _ number: UInt64) {
        bytes += ", \"\(field)\": \(number)".utf8
    }

    mutating func add(_ field: StaticString, _ text: String) {
        bytes += ", \"\(field)\": \"".utf8
        for byte in String(text.unicodeScalars.prefix(Self.greatestTextLength)).utf8 { addEscaped(byte) }
        bytes += "\"".utf8
    }

    private mutating func addEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case ..<0x20: bytes += "\\u\(Self.padded(String(byte, radix: 16), 4))".utf8
        default: bytes.append(byte)
        }
    }

    consuming func ended() -> [UInt8] { bytes + "}\n".utf8 }

    /// Says that lines are missing here.
    static func lost(_ count: Int) -> [UInt8] {
        var line = AuditLine("lost")
        line.add("lines", UInt64(count))
        return line.ended()
    }

    /// `2026-11-26T02:43:07.123456Z`
    private static var now: String {
        var (moment, parts) = (timespec(), tm())
        clock_gettime(CLOCK_REALTIME, &moment)
        gmtime_r(&moment.tv_sec, &parts)
        let date = "\(padded(Int(parts.tm_year) + 1900, 4))-\(padded(Int(parts.tm_mon) + 1, 2))-\(padded(Int(parts.tm_mday), 2))"
        let time = "\(padded(Int(parts.tm_hour), 2)):\(padded(Int(parts.tm_min), 2)):\(padded(Int(parts.tm_sec), 2))"
        return "\(date)T\(time).\(padded(moment.tv_nsec / 1_000, 6))Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String { padded(String(number), width) }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}
