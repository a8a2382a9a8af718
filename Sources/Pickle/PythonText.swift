/// A Python `str`: text that may hold lone surrogates, which a Swift `String` cannot.
public struct PythonText: Sendable, Hashable {
    /// UTF-8, in which a surrogate stands like any other code point (Python's `'surrogatepass'`).
    public let utf8: [UInt8]

    public init(_ string: String) { self.init(utf8: Array(string.utf8)) }

    /// The text of a `str`, or of Python 2's `unicode`; `nil` for any other value.
    public init?(_ value: PickleValue) {
        switch value {
        case .string(let text): self.init(text)
        case .surrogateString(let utf8): self.init(utf8: utf8)
        case .legacyString: if let text = value.text { self.init(text) } else { return nil }
        default: return nil
        }
    }

    private init(utf8: [UInt8]) { self.utf8 = utf8 }

    /// The `str`.
    public var value: PickleValue { utf8.withUnsafeBytes(PickleText.unicode) ?? .string(string) }

    /// With U+FFFD for what a Swift `String` cannot hold.
    public var string: String { String(decoding: utf8, as: UTF8.self) }

    /// What stands before the first byte of its UTF-8 that does not satisfy a condition.
    package func prefix(while isIncluded: (UInt8) -> Bool) -> PythonText { PythonText(utf8: Array(utf8.prefix(while: isIncluded))) }

    public func hasPrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}

extension PythonText: Comparable {
    /// By code points, as Python orders them: the order of UTF-8's bytes.
    public static func < (left: PythonText, right: PythonText) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
}

extension PythonText: ExpressibleByStringInterpolation {
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var utf8: [UInt8] = []

        public init(literalCapacity: Int, interpolationCount: Int) { utf8.reserveCapacity(literalCapacity) }
        public mutating func appendLiteral(_ literal: String) { utf8 += literal.utf8 }
        public mutating func appendInterpolation(_ text: PythonText) { utf8 += text.utf8 }
        public mutating func appendInterpolation(_ part: some CustomStringConvertible) { utf8 += part.description.utf8 }
    }

    public init(stringLiteral literal: String) { self.init(literal) }
    public init(stringInterpolation: StringInterpolation) { self.init(utf8: stringInterpolation.utf8) }
}

extension Sequence<PythonText> {
    public func joined(separator: String) -> PythonText {
        var text = PythonText.StringInterpolation(literalCapacity: 0, interpolationCount: 0)
        for (position, part) in enumerated() {
            if position > 0 { text.appendLiteral(separator) }
            text.appendInterpolation(part)
        }
        return PythonText(stringInterpolation: text)
    }
}
