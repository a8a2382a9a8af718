extension PickleInteger {
    /// The same number; `nil` when the float is not a whole number.
    public init?(exactly value: Double) {
        guard value.isFinite, value.rounded(.towardZero) == value else { return nil }
        if let small = Int(exactly: value) {
            self.init(small)
            return
        }
        // Beyond 64 bits, so that the exponent is past the significand's 53 bits.
        let significand = value.significandBitPattern | 1 << 52
        let shift = Int(value.exponent) - 52
        var magnitude = [UInt32](repeating: 0, count: shift / 32)
        let low = significand << UInt64(shift % 32)
        let high = significand >> UInt64(64 - shift % 32)
        magnitude += [UInt32(truncatingIfNeeded: low), UInt32(low >> 32), UInt32(high)]
        self.init(isNegative: value < 0, magnitude: magnitude)
    }

    /// Whether an `int` and a `float` are the same number, exactly.
    public static func == (left: PickleInteger, right: Double) -> Bool {
        PickleInteger(exactly: right) == left
    }

    public static func == (left: PickleInteger, right: Int) -> Bool {
        Int(exactly: left) == right
    }
}

extension Double {
    /// The nearest float, ties to even; infinite beyond the range of floats (where Python's `float()` raises OverflowError).
    public init(_ integer: PickleInteger) {
        let magnitude = integer.magnitude
        // The upper 64 to 96 bits decide, and whether any bit is set below them.
        let upper = magnitude.suffix(3)
        var bits = upper.reversed().reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
        if magnitude.dropLast(3).contains(where: { $0 != 0 }) { bits |= 1 }
        let scale = 32 * (magnitude.count - upper.count)
        let value = Double(sign: .plus, exponent: min(scale, 2_000), significand: Double(bits))
        self = integer.isNegative ? -value : value
    }
}
