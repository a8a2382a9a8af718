/// A real number, for exact comparison.
enum PythonNumber {
    case int(Int)
    case bigInt(PickleInteger)
    case float(Double)
    case rational(PythonRational)

    init?(_ value: PickleValue) {
        switch value {
        case .bool(let value): self = .int(value ? 1 : 0)
        case .int(let value): self = .int(value)
        case .bigInt(let value): self = .bigInt(value)
        case .float(let value): self = .float(value)
        case .instance(let instance): self.init(instance)
        default: return nil
        }
    }

    private init?(_ instance: PickleInstance) {
        if let fraction = instance.fraction {
            self = .rational(fraction)
            return
        }
        switch instance.decimal {
        case .finite(let value): self = .rational(value)
        case .infinity(let isNegative): self = .float(isNegative ? -.infinity : .infinity)
        case .notANumber: self = .float(.nan)
        case nil: return nil
        }
    }

    /// Both values as numbers; `nil` when one is none.
    ///
    /// - Throws: `decimal.InvalidOperation` when one is a `Decimal` and one is no number in the other sense.
    static func pair(
        _ left: PickleValue, _ right: PickleValue, _ python: PythonVersion
    ) throws(PythonException) -> (PythonNumber, PythonNumber)? {
        guard let numbers = PythonNumber(left).flatMap({ left in PythonNumber(right).map { (left, $0) } }) else { return nil }
        if left.isDecimal || right.isDecimal, numbers.0.isNaN || numbers.1.isNaN { throw Self.invalidOperation(python) }
        return numbers
    }

    private var isNaN: Bool {
        if case .float(let value) = self { value.isNaN } else { false }
    }

    private static func invalidOperation(_ python: PythonVersion) -> PythonException {
        let type = PickleGlobal(module: "decimal", name: "InvalidOperation")
        if python.isPython2 { return PythonException(module: type.module, type.name, "comparison involving NaN") }
        return PythonException(module: type.module, name: type.name, arguments: [[.global(type)]])
    }

    static func < (left: PythonNumber, right: PythonNumber) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): left < right
        case (.float(let left), .float(let right)): left < right
        case (.float(let float), _) where !float.isFinite: float == -.infinity
        case (_, .float(let float)) where !float.isFinite: float == .infinity
        default: left.rational < right.rational
        }
    }

    /// The exact value; of what is finite.
    private var rational: PythonRational {
        switch self {
        case .int(let value): PythonRational(PickleInteger(value))
        case .bigInt(let value): PythonRational(value)
        case .float(let value): PythonRational(value) ?? PythonRational(0)
        case .rational(let value): value
        }
    }
}

extension PickleValue {
    fileprivate var isDecimal: Bool {
        if case .instance(let instance) = self { instance.decimal != nil } else { false }
    }
}
