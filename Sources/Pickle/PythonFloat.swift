/// Floats and complex numbers as Python writes them.
enum PythonFloat {
    /// `repr(float)`: the shortest digits that read back as the same number, with an exponent below 10⁻⁴ and from 10¹⁶ on.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return nonFinite(value) }
        return sign(value) + Digits(value.magnitude).text(exponentFrom: 16, pointZero: true)
    }

    /// Python 2's `str(float)`: twelve digits.
    static func shortText(_ value: Double) -> String {
        guard value.isFinite else { return nonFinite(value) }
        return sign(value) + Digits(exactly: value.magnitude).rounded(to: 12).text(exponentFrom: 11, pointZero: true)
    }

    /// `repr(complex)`: `(1+2j)`, `2j`, `(-0-2j)`.
    static func text(real: Double, imaginary: Double) -> String { text(real, imaginary, part) }

    /// Python 2's `str(complex)`: twelve digits for each part.
    static func shortText(real: Double, imaginary: Double) -> String { text(real, imaginary, shortPart) }

    private static func text(_ real: Double, _ imaginary: Double, _ part: (Double) -> String) -> String {
        let second = part(imaginary) + "j"
        if real == 0, real.sign == .plus { return second }
        let plus = second.hasPrefix("-") ? "" : "+"
        return "(\(part(real))\(plus)\(second))"
    }

    private static func part(_ value: Double) -> String {
        guard value.isFinite else { return nonFinite(value) }
        return sign(value) + Digits(value.magnitude).text(exponentFrom: 16, pointZero: false)
    }

    private static func shortPart(_ value: Double) -> String {
        guard value.isFinite else { return nonFinite(value) }
        return sign(value) + Digits(exactly: value.magnitude).rounded(to: 12).text(exponentFrom: 12, pointZero: false)
    }

    private static func sign(_ value: Double) -> String { value.sign == .minus ? "-" : "" }

    private static func nonFinite(_ value: Double) -> String {
        value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
    }

    /// A number of 0 or more as `0.digits` times ten to the power of `point`.
    private struct Digits {
        var digits: [UInt8]
        var point: Int

        /// Swift's `description` has the same digits as Python's `repr`, but another layout.
        init(_ value: Double) {
            let parts = value.description.split(separator: "e")
            let mantissa = parts[0].split(separator: ".")
            let digits = mantissa.joined().utf8.drop { $0 == 0x30 }
            point = mantissa[0].utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
            point -= mantissa.joined().utf8.count - digits.count
            self.digits = Array(digits)
            normalize()
        }

        /// All digits that the number has, as many as 767.
        init(exactly value: Double) {
            let significand = UInt64(value.significand * 0x1p52)
            let exponent = value == 0 ? 0 : Int(value.exponent) - 52
            // A division by two is a multiplication by five, once the point has moved.
            (digits, point) = (String(significand).utf8.reversed().map { $0 - 0x30 }, 0)
            for _ in 0..<exponent.magnitude { multiply(by: exponent < 0 ? 5 : 2) }
            point = digits.count + min(exponent, 0)
            digits = digits.reversed().map { $0 + 0x30 }
            normalize()
        }

        /// Multiplies digits that stand lowest first.
        private mutating func multiply(by factor: UInt8) {
            var carry: UInt8 = 0
            for place in digits.indices {
                carry += digits[place] * factor
                digits[place] = carry % 10
                carry /= 10
            }
            if carry > 0 { digits.append(carry) }
        }

        private mutating func normalize() {
            while digits.last == 0x30 { digits.removeLast() }
            if digits.isEmpty { (digits, point) = ([0x30], 1) }
        }

        func rounded(to count: Int) -> Digits {
            guard digits.count > count else { return self }
            var result = self
            result.digits = Array(digits.prefix(count))
            let rest = digits[count...]
            let isTie = rest.elementsEqual([0x35])
            if isTie ? digits[count - 1] % 2 == 1 : rest[count] >= 0x35 { result.increment() }
            result.normalize()
            return result
        }

        /// Adds one to the last digit.
        private mutating func increment() {
            var place = digits.count - 1
            while place >= 0, digits[place] == 0x39 {
                digits[place] = 0x30
                place -= 1
            }
            if place >= 0 { digits[place] += 1 } else {
                digits.insert(0x31, at: 0)
                point += 1
            }
        }

        /// - Parameters:
        ///   - exponentFrom: how many digits may stand before the point without an exponent.
        ///   - pointZero: whether a whole number is followed by `.0`.
        func text(exponentFrom limit: Int, pointZero: Bool) -> String {
            guard point > -4, point <= limit else { return scientific }
            let text = String(decoding: digits, as: UTF8.self)
            if point <= 0 { return "0." + String(repeating: "0", count: -point) + text }
            if point < digits.count { return text.prefix(point) + "." + text.dropFirst(point) }
            return text + String(repeating: "0", count: point - digits.count) + (pointZero ? ".0" : "")
        }

        private var scientific: String {
            let text = String(decoding: digits, as: UTF8.self)
            let exponent = point - 1
            let magnitude = String(exponent.magnitude)
            return text.prefix(1) + (text.utf8.count > 1 ? "." + text.dropFirst() : "")
                + (exponent < 0 ? "e-" : "e+") + (magnitude.utf8.count < 2 ? "0" : "") + magnitude
        }
    }
}
