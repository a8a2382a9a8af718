/// An exact number: what `Decimal` and `Fraction` hold, for comparing them with each other and with other numbers.
public struct PythonRational: Hashable, Sendable {
    let numerator: PickleInteger
    /// Above 0, without a divisor in common with the numerator.
    let denominator: PickleInteger

    /// Decimal digits of numbers that are compared exactly. Longer ones are opaque: equal only to what is written alike.
    static let digits = PythonLimits.digits

    private init(_ numerator: PickleInteger, over denominator: PickleInteger) {
        self.numerator = numerator
        self.denominator = denominator
    }

    init(_ integer: PickleInteger) {
        self.init(integer, over: 1)
    }

    /// - Parameter value: a finite number.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        if let whole = PickleInteger(exactly: value) {
            self.init(whole)
            return
        }
        let shift = value.significandWidth - Int(value.exponent)
        let odd = value.significand * Double(sign: .plus, exponent: value.significandWidth, significand: 1)
        guard let numerator = PickleInteger(exactly: value < 0 ? -odd : odd) else { return nil }
        self.init(numerator, over: .power(2, shift))
    }

    /// The float of exactly this value, if there is one.
    var double: Double? {
        guard let exponent = denominator.exponentOfTwo, exponent <= 1_100 else { return nil }
        let value = Double(sign: .plus, exponent: -exponent, significand: Double(numerator))
        return PythonRational(value) == self ? value : nil
    }
}

extension PythonRational: Comparable {
    public static func < (left: PythonRational, right: PythonRational) -> Bool {
        if left.denominator == right.denominator { return left.numerator < right.numerator }
        return left.numerator * right.denominator < right.numerator * left.denominator
    }
}

// MARK: - Fraction

extension PythonRational {
    /// What the arguments of a pickled `Fraction` are: `('1/2',)`, or since Python 3.10 `(1, 2)`. Python keeps them in lowest terms.
    init?(fraction arguments: [PickleValue]) {
        let parts: [PickleInteger?]
        if arguments.count == 1, let text = arguments[0].text {
            guard text.utf8.count <= 2 * Self.digits else { return nil }
            parts = text.split(separator: "/").map { PickleInteger($0) }
        } else {
            parts = arguments.map { PickleInteger(pickled: $0) }
        }
        guard let first = parts.first, let numerator = first, let denominator = parts.count == 1 ? 1 : parts[1], parts.count <= 2,
            !denominator.isNegative, denominator != 0, max(numerator.bytes.count, denominator.bytes.count) < Self.digits
        else { return nil }
        self.init(numerator, over: denominator)
    }
}

// MARK: - Decimal

extension PythonRational {
    /// `digits` · 10^`exponent`
    init?(digits: Substring, exponent: Int, isNegative: Bool) {
        let trimmed = String(digits).trimmingZeros
        let exponent = exponent + trimmed.dropped
        guard trimmed.digits.utf8.count + abs(exponent) <= Self.digits else { return nil }
        let whole = trimmed.digits + String(repeating: "0", count: max(exponent, 0))
        guard let numerator = PickleInteger((isNegative ? "-" : "") + whole) else { return nil }
        self.init(numerator, overPowerOfTen: max(-exponent, 0))
    }

    /// Takes out the twos and fives that are in both.
    private init(_ numerator: PickleInteger, overPowerOfTen exponent: Int) {
        var numerator = numerator
        var exponents = (two: exponent, five: exponent)
        while exponents.five > 0, let fifth = numerator.divided(exactlyBy: 5) { (numerator, exponents.five) = (fifth, exponents.five - 1) }
        while exponents.two > 0, let half = numerator.divided(exactlyBy: 2) { (numerator, exponents.two) = (half, exponents.two - 1) }
        self.init(numerator, over: .power(2, exponents.two) * .power(5, exponents.five))
    }
}

extension String {
    /// The digits without zeros at the end, and how many those were; `0` for zero.
    fileprivate var trimmingZeros: (digits: String, dropped: Int) {
        guard let last = lastIndex(where: { $0 != "0" }) else { return ("0", 0) }
        let kept = self[...last]
        return (String(kept), utf8.count - kept.utf8.count)
    }
}

/// What a `Decimal` is.
enum PythonDecimal {
    case finite(PythonRational)
    case infinity(isNegative: Bool)
    case notANumber(isSignaling: Bool)

    /// The text that a `Decimal` is pickled as: `-0.5`, `1E+5`, `NaN`. `nil` also for numbers that are too long to be compared.
    init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let size = text.dropFirst(isNegative ? 1 : 0)
        if size == "Infinity" {
            self = .infinity(isNegative: isNegative)
        } else if size.hasPrefix("NaN") || size.hasPrefix("sNaN") {
            self = .notANumber(isSignaling: size.hasPrefix("s"))
        } else {
            guard let value = Self.finite(size, isNegative) else { return nil }
            self = .finite(value)
        }
    }

    private static func finite(_ text: Substring, _ isNegative: Bool) -> PythonRational? {
        guard text.utf8.count <= 2 * PythonRational.digits else { return nil }
        let parts = text.split(separator: "E", omittingEmptySubsequences: false)
        guard parts.count <= 2, let exponent = parts.count == 2 ? Int(parts[1]) : 0, exponent.magnitude < 1 << 32 else { return nil }
        let digits = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard digits.count <= 2, digits.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
        let all = Substring(digits.joined())
        return all.isEmpty ? nil : PythonRational(digits: all, exponent: exponent - (digits.count == 2 ? digits[1].utf8.count : 0), isNegative: isNegative)
    }
}

extension PickleInstance {
    /// What a `Decimal` is; `nil` for objects of other classes.
    var decimal: PythonDecimal? {
        guard global == PickleGlobal(module: "decimal", name: "Decimal") else { return nil }
        let arguments = arguments
        guard arguments.count == 1, let text = arguments[0].text else { return nil }
        return PythonDecimal(text)
    }

    /// The value of a `Fraction`; `nil` for objects of other classes.
    var fraction: PythonRational? {
        global == PickleGlobal(module: "fractions", name: "Fraction") ? PythonRational(fraction: arguments) : nil
    }
}
