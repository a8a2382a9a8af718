import Pickle

/// How C reads an `int` among the arguments (CPython `Python/getargs.c`): until Python 3.9 also what has an `__int__`.
extension Fragment {
    /// A C `int` (`i`).
    ///
    /// - Throws: `TypeError` for another type; `OverflowError` for what does not fit.
    func cInt(_ python: PythonVersion) throws(PythonException) -> Int32 {
        let number = try cLong(python)
        guard let fitting = Int32(exactly: number) else {
            throw PythonException("OverflowError", "signed integer is \(number < 0 ? "less than minimum" : "greater than maximum")")
        }
        return fitting
    }

    /// A C `long` (`l`).
    ///
    /// - Throws: `TypeError` for another type; `OverflowError` for what does not fit.
    func cLong(_ python: PythonVersion) throws(PythonException) -> Int {
        let (int, value) = try machineInteger()
        if let int { return int }
        guard let number = try value.bigInteger(python) else { throw .notAnInteger(value, python) }
        guard let fitting = Int(exactly: number) else { throw PythonException("OverflowError", "Python int too large to convert to C long") }
        return fitting
    }
}

extension PickleValue {
    /// A number as C takes it; `nil` for what C does not take.
    ///
    /// Beyond what C's types hold it is only known on which side.
    func bigInteger(_ python: PythonVersion) throws(PythonException) -> Int128? {
        switch self {
        case .int(let int): Int128(int)
        case .bool(let bool): bool ? 1 : 0
        case .bigInt(let integer): UInt64(exactly: integer).map { Int128($0) } ?? (integer.isNegative ? .min : .max)
        default: try truncatedDecimal(python)
        }
    }

    /// `int(decimal)`, of a number that has an `__int__`.
    private func truncatedDecimal(_ python: PythonVersion) throws(PythonException) -> Int128? {
        guard python < PythonVersion(3, 10), case .instance(let instance) = self,
            instance.global == PickleGlobal(module: "decimal", name: "Decimal"), let text = instance.arguments.first?.text,
            let number = Double(text)
        else { return nil }
        let convert = python.isPython2 ? "Cannot convert" : "cannot convert"
        if number.isNaN { throw .valueError("\(convert) NaN to integer") }
        if number.isInfinite, text.contains("n") {
            throw PythonException("OverflowError", "\(convert) \(python.isPython2 ? "infinity" : "Infinity") to integer")
        }
        // Beyond what a double holds exactly only whole numbers are told apart; the others are beyond all ranges, or nearly so.
        if let whole = Int128(text) { return whole }
        return number.magnitude < 0x1p64 ? Int128(number) : number < 0 ? .min : .max
    }
}

extension PythonException {
    /// What C says to another type.
    ///
    /// - Parameter forFloat: what it says to a `float` until Python 3.9.
    static func notAnInteger(
        _ value: PickleValue, _ python: PythonVersion, forFloat: String = "integer argument expected, got float"
    ) -> PythonException {
        let name = value.typeTitle(python)
        guard python < PythonVersion(3, 10) else { return .typeError("'\(name)' object cannot be interpreted as an integer") }
        switch name {
        case "float": return .typeError(forFloat)
        case "complex": return .typeError("can't convert complex to int")
        default: return .typeError(python.isPython2 ? "an integer is required" : "an integer is required (got type \(name))")
        }
    }
}
