import Multiprocessing

/// JSON and Python values: what both can say, with the order of keys kept, as Python's `json` does.
///
/// (Foundation's coder keeps no order, and loading it would take longer than most of these commands.)
struct JSONText {
    let text: String

    /// A value as JSON.
    ///
    /// - Throws: ``Failure`` for a value that JSON cannot say.
    init(_ value: PickleValue) throws {
        text = try Self.encode(value)
    }

    private static func encode(_ value: PickleValue) throws -> String {
        switch value {
        case .none: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .int, .bigInt: return try value.pythonRepr()
        case .float(let number) where number.isFinite: return try value.pythonRepr()
        case .string(let text): return quoted(text)
        case .legacyString(let bytes): return quoted(String(decoding: bytes, as: UTF8.self))
        case .list(let items), .tuple(let items): return "[" + (try items.map(encode)).joined(separator: ", ") + "]"
        case .dictionary(let entries): return "{" + (try entries.map(encode)).joined(separator: ", ") + "}"
        default: throw Failure("\(try value.pythonRepr()) has no form in JSON; leave --json out", status: 1)
        }
    }

    private static func encode(_ entry: (key: PickleValue, value: PickleValue)) throws -> String {
        guard case .string(let key) = entry.key else {
            return "\(quoted(try encode(entry.key))): \(try encode(entry.value))"
        }
        return "\(quoted(key)): \(try encode(entry.value))"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\0"..<" ", "\u{7f}": "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
        default: String(Character(scalar))
        }
    }
}

extension JSONText {
    /// The value that a JSON text says; `nil` when it is not JSON.
    static func value(_ text: String) -> PickleValue? {
        var reader = Reader(rest: Array(text.unicodeScalars)[...])
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        return value
    }

    /// Reads JSON (RFC 8259). Every step gives `nil` for what is not JSON.
    private struct Reader {
        var rest: ArraySlice<Unicode.Scalar>
        /// Nesting, so that no text can exhaust the stack.
        static let maximumDepth = 500

        var isAtEnd: Bool {
            mutating get {
                skipSpace()
                return rest.isEmpty
            }
        }

        mutating func value(depth: Int) -> PickleValue? {
            skipSpace()
            guard depth < Self.maximumDepth else { return nil }
            switch rest.first {
            case "{": return object(depth: depth)
            case "[": return array(depth: depth)
            case "\"": return string().map(PickleValue.string)
            case "t": return literal("true", .bool(true))
            case "f": return literal("false", .bool(false))
            case "n": return literal("null", .none)
            default: return number()
            }
        }

        private mutating func skipSpace() {
            rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            skipSpace()
            guard rest.first == scalar else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func literal(_ name: String, _ value: PickleValue) -> PickleValue? {
            guard rest.starts(with: name.unicodeScalars) else { return nil }
            rest.removeFirst(name.unicodeScalars.count)
            return value
        }

        private mutating func array(depth: Int) -> PickleValue? {
            guard take("[") else { return nil }
            var items: [PickleValue] = []
            if take("]") { return .list([]) }
            repeat {
                guard let item = value(depth: depth + 1) else { return nil }
                items.append(item)
            } while take(",")
            return take("]") ? .list(PickleElements(items)) : nil
        }

        private mutating func object(depth: Int) -> PickleValue? {
            guard take("{") else { return nil }
            var entries: [(key: PickleValue, value: PickleValue)] = []
            if take("}") { return .dictionary([:]) }
            repeat {
                skipSpace()
                guard let key = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
                entries.append((.string(key), value))
            } while take(",")
            return take("}") ? .dictionary(PickleEntries(entries)) : nil
        }

        private mutating func string() -> String? {
            guard rest.popFirst() == "\"" else { return nil }
            var text = String.UnicodeScalarView()
            while let scalar = rest.popFirst() {
                switch scalar {
                case "\"": return String(text)
                case "\\":
                    guard let escaped = escape() else { return nil }
                    text.append(escaped)
                case "\0"..<" ": return nil
                default: text.append(scalar)
                }
            }
            return nil
        }

        private mutating func escape() -> Unicode.Scalar? {
            switch rest.popFirst() {
            case "\"": "\""
            case "\\": "\\"
            case "/": "/"
            case "b": "\u{8}"
            case "f": "\u{c}"
            case "n": "\n"
            case "r": "\r"
            case "t": "\t"
            case "u": unicode()
            default: nil
            }
        }

        /// Four hexadecimal digits, or two surrogates of four each.
        private mutating func unicode() -> Unicode.Scalar? {
            guard let first = codeUnit() else { return nil }
            guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
            guard rest.popFirst() == "\\", rest.popFirst() == "u", let second = codeUnit(), UTF16.isTrailSurrogate(second) else { return nil }
            return UTF16.decode(UTF16.EncodedScalar([first, second]))
        }

        private mutating func codeUnit() -> UInt16? {
            let digits = String(String.UnicodeScalarView(rest.prefix(4)))
            rest = rest.dropFirst(4)
            return digits.utf8.count == 4 ? UInt16(digits, radix: 16) : nil
        }

        private mutating func number() -> PickleValue? {
            let text = String(String.UnicodeScalarView(rest.prefix { "+-.0123456789eE".unicodeScalars.contains($0) }))
            rest = rest.dropFirst(text.unicodeScalars.count)
            let digits = text.drop { $0 == "-" }
            guard let first = digits.first, first.isNumber, first != "0" || digits.count == 1 || !digits.dropFirst().first!.isNumber else { return nil }
            if let integer = Int(text) { return .int(integer) }
            return Double(text).map(PickleValue.float)
        }
    }
}
