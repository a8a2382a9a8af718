import Pickle

/// What one item of an `array.array` is: its type code, its size, and how it is packed, lowest byte first.
///
/// Source of the ranges and messages: CPython `Modules/arraymodule.c`.
struct ArrayItemType: Hashable, Sendable {
    enum Kind: Sendable { case signed, unsigned, float, character }

    let typecode: Character
    let kind: Kind
    /// In bytes.
    let size: Int

    /// - Returns: `nil` when it is no type code.
    init?(typecode: Character) {
        guard let (kind, size) = Self.types[typecode] else { return nil }
        (self.typecode, self.kind, self.size) = (typecode, kind, size)
    }

    private static let types: [Character: (Kind, Int)] = [
        "b": (.signed, 1), "B": (.unsigned, 1), "h": (.signed, 2), "H": (.unsigned, 2), "i": (.signed, 4), "I": (.unsigned, 4),
        "l": (.signed, 8), "L": (.unsigned, 8), "q": (.signed, 8), "Q": (.unsigned, 8), "f": (.float, 4), "d": (.float, 8),
        "u": (.character, 4), "w": (.character, 4), "c": (.character, 1),
    ]

    /// Whether a Python has this type.
    func isKnown(in python: PythonVersion) -> Bool {
        switch typecode {
        case "c": python.isPython2
        case "q", "Q": !python.isPython2
        case "w": python >= PythonVersion(3, 13)
        default: true
        }
    }

    /// The item that these bits are.
    func item(_ bits: UInt64, _ python: PythonVersion) -> PickleValue {
        switch kind {
        case .signed:
            let unused = UInt64(64 - 8 * size)
            return .int(Int(Int64(bitPattern: bits << unused) >> Int64(unused)))
        // Python 2's are `long` where C's are as wide as its own `int`.
        case .unsigned: return python.isPython2 && size >= 4 ? .bigInt(PickleInteger(bits)) : .integer(bits)
        case .float: return .float(size == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) : Double(bitPattern: bits))
        case .character where size == 1: return .legacyString([UInt8(truncatingIfNeeded: bits)])
        case .character: return .string(Unicode.Scalar(UInt32(truncatingIfNeeded: bits)).map { String(Character($0)) } ?? "\u{fffd}")
        }
    }

    /// An item's bits.
    ///
    /// - Throws: `TypeError` when the value is of another type, `OverflowError` when it is out of range.
    func bits(_ value: PickleValue, _ python: PythonVersion) throws(PythonException) -> UInt64 {
        switch kind {
        case .signed, .unsigned: return try integerBits(value, python)
        case .float:
            guard let number = Double(pythonFloat: value) else { throw .typeError(Self.notReal(value, python)) }
            return size == 4 ? UInt64(Float(number).bitPattern) : number.bitPattern
        case .character: return try characterBits(value)
        }
    }

    private static func notReal(_ value: PickleValue, _ python: PythonVersion) -> String {
        python.isPython2 ? "a float is required" : "must be real number, not \(value.typeTitle(python))"
    }

    private func characterBits(_ value: PickleValue) throws(PythonException) -> UInt64 {
        if size == 1, case .legacyString(let bytes) = value, bytes.count == 1 { return UInt64(bytes[0]) }
        if size == 4, case .string(let text) = value, text.unicodeScalars.count == 1, let scalar = text.unicodeScalars.first {
            return UInt64(scalar.value)
        }
        throw .typeError(size == 1 ? "array item must be char" : "array item must be unicode character")
    }
}

// MARK: - Integers

extension ArrayItemType {
    private func integerBits(_ value: PickleValue, _ python: PythonVersion) throws(PythonException) -> UInt64 {
        guard let number = try value.bigInteger(python) else {
            throw .notAnInteger(value, python, forFloat: isReadAsLong && !python.isPython2 ? "array item must be integer" : "integer argument expected, got float")
        }
        for check in checks(python) {
            guard !check.range.contains(number) else { continue }
            throw PythonException("OverflowError", number < check.range.lowerBound ? check.below : check.above)
        }
        return UInt64(truncatingIfNeeded: number)
    }

    /// Whether Python 3 reads items as `int`s of any size, not as C's numbers.
    private var isReadAsLong: Bool { "ILQ".contains(typecode) }

    private struct Check {
        let range: ClosedRange<Int128>
        let below: String
        let above: String

        init(_ range: ClosedRange<Int128>, _ name: String) {
            (self.range, below, above) = (range, "\(name) is less than minimum", "\(name) is greater than maximum")
        }

        init(_ range: ClosedRange<Int128>, below: String, above: String) {
            (self.range, self.below, self.above) = (range, below, above)
        }
    }

    /// C reads the number as one type after the other; the first that cannot hold it gives the message.
    private func checks(_ python: PythonVersion) -> [Check] {
        switch typecode {
        case "b": [Self.long, Self.short, Check(-128...127, "signed char")]
        case "B": [Self.long, Check(0...255, "unsigned byte integer")]
        case "h": [Self.long, Self.short]
        case "H": [Self.long, Self.int, Check(0...65_535, "unsigned short")]
        case "i": [Self.long, Self.int]
        case "l": [Self.long]
        case "q": [Check(Self.long.range, below: "int too big to convert", above: "int too big to convert")]
        case "Q": [Check(Self.unsigned, below: "can't convert negative int to unsigned", above: "int too big to convert")]
        case "I" where python.isPython2: [Self.python2Long, Check(0...Int128(UInt32.max), "unsigned int")]
        case "L" where python.isPython2: [Self.python2Long, Check(Self.unsigned, "unsigned long")]
        case "I": [Self.unsignedLong, Check(0...Int128(UInt32.max), "unsigned int")]
        default: [Self.unsignedLong]
        }
    }

    private static let long = Check(
        Int128(Int.min)...Int128(Int.max), below: "Python int too large to convert to C long",
        above: "Python int too large to convert to C long")
    private static let int = Check(Int128(Int32.min)...Int128(Int32.max), "signed integer")
    private static let short = Check(Int128(Int16.min)...Int128(Int16.max), "signed short integer")
    private static let unsigned = Int128(0)...Int128(UInt64.max)
    /// What is no `int` in Python 2.
    private static let python2Long = Check(
        Int128(Int.min)...Int128(UInt64.max), below: "can't convert negative value to unsigned long", above: "long int too large to convert")
    private static let unsignedLong = Check(
        unsigned, below: "can't convert negative value to unsigned int", above: "Python int too large to convert to C unsigned long")
}

extension Double {
    /// `float(value)` of a number, a `Decimal` or a `Fraction`: of what has a `__float__`.
    fileprivate init?(pythonFloat value: PickleValue) {
        guard case .instance(let instance) = value else {
            self.init(pythonNumber: value)
            return
        }
        switch instance.global {
        case PickleGlobal(module: "decimal", name: "Decimal"):
            guard let text = instance.arguments.first?.text else { return nil }
            self.init(text)
        case PickleGlobal(module: "fractions", name: "Fraction"):
            guard let (numerator, denominator) = instance.fractionParts else { return nil }
            self = numerator / denominator
        default: return nil
        }
    }

    /// `float(value)` of a number.
    init?(pythonNumber value: PickleValue) {
        switch value {
        case .bool(let value): self = value ? 1 : 0
        case .int(let value): self.init(value)
        case .float(let value): self = value
        case .bigInt(let value): self.init(value)
        default: return nil
        }
    }
}

extension PickleInstance {
    /// `Fraction('1/2')`, or since Python 3.12 `Fraction(1, 2)`; of parts that a `Double` holds exactly.
    fileprivate var fractionParts: (Double, Double)? {
        let arguments = arguments
        var parts = arguments.map { Double(pythonNumber: $0) }
        if arguments.count == 1, let text = arguments[0].text { parts = text.split(separator: "/").map { Double($0) } }
        guard let numerator = parts.first ?? nil, let denominator = parts.count == 1 ? 1 : parts[1], parts.count <= 2,
            max(abs(numerator), denominator) <= 0x1p53
        else { return nil }
        return (numerator, denominator)
    }
}
