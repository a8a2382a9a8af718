extension PickleValue {
    /// Python's `value += amount` of two numbers: `int`s of any size, `bool` and `float`.
    ///
    /// - Parameters:
    ///   - amount: what is added.
    ///   - python: whose messages are meant.
    /// - Throws: the `TypeError` that Python raises for what cannot be added to each other, or one that says so of what Python can add, but
    ///   is no such number: text, lists, `Decimal`; `OverflowError` for an `int` that is too large to be added to a `float`.
    public func pythonSum(with amount: PickleValue, python: PythonVersion = .latest) throws(PythonException) -> PickleValue {
        guard let left = PythonAddend(self), let right = PythonAddend(amount) else { throw Self.notAddable(self, amount, python) }
        switch (left, right) {
        case (.int(let left), .int(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? .integer(PickleInteger(left) + PickleInteger(right)) : .int(sum)
        case (.float, _), (_, .float): return .float(try left.float(python) + right.float(python))
        default: return .integer(left.integer + right.integer)
        }
    }

    private static func notAddable(_ left: PickleValue, _ right: PickleValue, _ python: PythonVersion) -> PythonException {
        let (one, other) = (left.typeTitle(python), right.typeTitle(python))
        let (family, with) = (left.additionFamily, right.additionFamily)
        if family == .unknown || with == .unknown || family == with && family != nil || family == .list && with != .number && with != nil {
            return .typeError("only int, bool and float are added here, not '\(other)' to '\(one)'")
        }
        return .typeError(left.concatenationRefusal(of: other, python) ?? "unsupported operand type(s) for +=: '\(one)' and '\(other)'")
    }

    /// What Python adds to each other.
    private enum AdditionFamily {
        case number, text, bytes, tuple, list
        /// Objects whose class may have a `__add__`.
        case unknown
    }

    /// `nil` for what Python adds to nothing.
    private var additionFamily: AdditionFamily? {
        switch self {
        case .bool, .int, .bigInt, .float: .number
        case .string, .surrogateString, .legacyString: .text
        case .bytes, .byteArray: .bytes
        case .tuple: .tuple
        case .list: .list
        case .instance(let instance): instance.decimal != nil || instance.fraction != nil || instance.complexParts != nil ? .number : .unknown
        case .none, .set, .frozenSet, .dictionary, .global, .persistent, .extensionCode: nil
        }
    }

    /// What a sequence says to something else that is added to it; `nil` when it is none.
    private func concatenationRefusal(of title: String, _ python: PythonVersion) -> String? {
        switch self {
        case .legacyString where python.isPython2, .bytes where python.isPython2: "cannot concatenate 'str' and '\(title)' objects"
        case .string where python.isPython2: "coercing to Unicode: need string or buffer, \(title) found"
        case .string, .surrogateString, .legacyString:
            python < PythonVersion(3, 7) ? "must be str, not \(title)" : "can only concatenate str (not \"\(title)\") to str"
        case .tuple: "can only concatenate tuple (not \"\(title)\") to tuple"
        case .list: "'\(title)' object is not iterable"
        case .bytes: "can't concat \(title) to bytes"
        default: nil
        }
    }
}

/// A number that can be added.
private enum PythonAddend {
    case int(Int)
    case bigInt(PickleInteger)
    case float(Double)

    init?(_ value: PickleValue) {
        switch value {
        case .bool(let value): self = .int(value ? 1 : 0)
        case .int(let value): self = .int(value)
        case .bigInt(let value): self = .bigInt(value)
        case .float(let value): self = .float(value)
        default: return nil
        }
    }

    var integer: PickleInteger {
        switch self {
        case .int(let value): PickleInteger(value)
        case .bigInt(let value): value
        case .float: 0
        }
    }

    /// `float(number)`
    func float(_ python: PythonVersion) throws(PythonException) -> Double {
        switch self {
        case .int(let value): return Double(value)
        case .float(let value): return value
        case .bigInt(let value):
            let float = Double(value)
            guard float.isFinite else {
                throw PythonException("OverflowError", "\(python.isPython2 ? "long " : "")int too large to convert to float")
            }
            return float
        }
    }
}

extension PickleInteger {
    static func + (left: PickleInteger, right: PickleInteger) -> PickleInteger {
        let count = max(left.bytes.count, right.bytes.count) + 1
        var carry = 0
        let sum = (0..<count).map { place -> UInt8 in
            carry += Int(left.byte(place)) + Int(right.byte(place))
            defer { carry >>= 8 }
            return UInt8(truncatingIfNeeded: carry)
        }
        return PickleInteger(twosComplement: sum)
    }

    /// The byte at a place of the two's complement, which goes on with the sign for ever.
    private func byte(_ place: Int) -> UInt8 {
        place < bytes.count ? bytes[place] : isNegative ? 0xff : 0
    }
}
