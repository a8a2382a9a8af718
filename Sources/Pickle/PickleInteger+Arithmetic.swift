extension PickleInteger {
    /// The time grows with the product of the lengths: bound them first.
    static func * (left: PickleInteger, right: PickleInteger) -> PickleInteger {
        let (one, other) = (left.magnitude, right.magnitude)
        var product = [UInt32](repeating: 0, count: one.count + other.count)
        for (place, digit) in one.enumerated() { add(other, times: digit, to: &product, at: place) }
        return PickleInteger(isNegative: left.isNegative != right.isNegative, magnitude: product)
    }

    private static func add(_ digits: [UInt32], times factor: UInt32, to sum: inout [UInt32], at place: Int) {
        var carry: UInt64 = 0
        for (offset, digit) in digits.enumerated() {
            carry += UInt64(digit) * UInt64(factor) + UInt64(sum[place + offset])
            sum[place + offset] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { sum[place + digits.count] = UInt32(carry) }
    }

    static func power(_ base: UInt32, _ exponent: Int) -> PickleInteger {
        var (power, square, exponent) = (PickleInteger(1), PickleInteger(base), exponent)
        while exponent > 0 {
            if !exponent.isMultiple(of: 2) { power = power * square }
            square = square * square
            exponent /= 2
        }
        return power
    }

    /// The number divided by a small one; `nil` when something is left over.
    func divided(exactlyBy divisor: UInt32) -> PickleInteger? {
        var (quotient, remainder) = (magnitude, UInt64(0))
        for place in quotient.indices.reversed() {
            let value = remainder << 32 | UInt64(quotient[place])
            quotient[place] = UInt32(truncatingIfNeeded: value / UInt64(divisor))
            remainder = value % UInt64(divisor)
        }
        return remainder == 0 ? PickleInteger(isNegative: isNegative, magnitude: quotient) : nil
    }

    /// Which power of two the number is; `nil` when it is none.
    var exponentOfTwo: Int? {
        guard !isNegative, let top = magnitude.last, top.nonzeroBitCount == 1, magnitude.dropLast().allSatisfy({ $0 == 0 }) else { return nil }
        return 32 * (magnitude.count - 1) + top.trailingZeroBitCount
    }
}
