extension PickleInteger: CustomStringConvertible {
    private static let chunkDigits = 9
    private static let chunk: UInt64 = 1_000_000_000

    /// Reads decimal digits with an optional sign. The time grows with the square of the length: bound it first.
    public init?(_ decimal: some StringProtocol) {
        var text = String(decimal)
        guard let value = text.withUTF8({ PickleInteger(decimal: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = value
    }

    init?(decimal text: UnsafeRawBufferPointer) {
        let sign = text.first
        let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
        let digits = text.dropFirst(isSigned ? 1 : 0)
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        var magnitude: [UInt32] = []
        var position = digits.startIndex
        while position < digits.endIndex {
            let end = min(position + Self.chunkDigits, digits.endIndex)
            var factor: UInt64 = 1
            var value: UInt64 = 0
            for digit in digits[position..<end] {
                factor *= 10
                value = value * 10 + UInt64(digit - 0x30)
            }
            Self.multiply(&magnitude, by: factor, adding: value)
            position = end
        }
        self.init(isNegative: sign == UInt8(ascii: "-"), magnitude: magnitude)
    }

    private static func multiply(_ magnitude: inout [UInt32], by factor: UInt64, adding value: UInt64) {
        var carry = value
        for place in magnitude.indices {
            carry += UInt64(magnitude[place]) * factor
            magnitude[place] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { magnitude.append(UInt32(carry)) }
    }

    /// All decimal digits. The time grows with the square of the length; `decimal(limit:)` bounds it.
    public var description: String {
        var magnitude = magnitude
        var chunks: [UInt64] = []
        while !magnitude.isEmpty { chunks.append(Self.divide(&magnitude)) }
        guard let first = chunks.popLast() else { return "0" }
        let rest = chunks.reversed().map { chunk in
            let text = String(chunk)
            return String(repeating: "0", count: Self.chunkDigits - text.count) + text
        }
        return (isNegative ? "-" : "") + String(first) + rest.joined()
    }

    /// The decimal digits, or `nil` when there are more than `limit`.
    ///
    /// - Parameter limit: how many digits are allowed, without the sign.
    public func decimal(limit: Int) -> String? {
        // A byte makes at least 2.4 digits: what is certainly too long is not converted.
        guard bytes.count < limit / 2 + 4 else { return nil }
        let text = description
        return text.utf8.count - (isNegative ? 1 : 0) <= limit ? text : nil
    }

    /// Divides by 10⁹; says what is left over.
    private static func divide(_ magnitude: inout [UInt32]) -> UInt64 {
        var remainder: UInt64 = 0
        for place in magnitude.indices.reversed() {
            let value = remainder << 32 | UInt64(magnitude[place])
            magnitude[place] = UInt32(truncatingIfNeeded: value / chunk)
            remainder = value % chunk
        }
        while magnitude.last == 0 { magnitude.removeLast() }
        return remainder
    }
}
