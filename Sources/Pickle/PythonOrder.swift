extension PickleValue {
    /// Python's `<`.
    ///
    /// Numbers are compared exactly, text by code points, lists and tuples by their first elements that are not equal, sets by
    /// whether this one is a proper subset.
    ///
    /// - Throws: `TypeError: '<' not supported between instances of 'int' and 'str'`; `RecursionError` where lists or tuples are
    ///   nested deeper than ``PythonLimits/depth``.
    public func isLess(than other: PickleValue) throws(PythonException) -> Bool {
        var classes = PythonEqualityClasses()
        var pair = (self, other)
        for _ in 0..<PythonLimits.depth {
            guard let (left, right) = Self.sequences(pair) else { return try Self.isLess(pair.0, pair.1, &classes) }
            guard let next = zip(left, right).first(where: { classes.number(of: $0) != classes.number(of: $1) }) else {
                return left.count < right.count
            }
            pair = next
        }
        throw PythonException("RecursionError", "maximum recursion depth exceeded in comparison")
    }

    /// Two lists' or two tuples' elements.
    private static func sequences(_ pair: (PickleValue, PickleValue)) -> (PickleElements, PickleElements)? {
        switch pair {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)): (left, right)
        default: nil
        }
    }

    private static func isLess(
        _ left: PickleValue, _ right: PickleValue, _ classes: inout PythonEqualityClasses
    ) throws(PythonException) -> Bool {
        if let left = PythonNumber(left), let right = PythonNumber(right) { return left < right }
        if let left = left.textBytes, let right = right.textBytes { return left.lexicographicallyPrecedes(right) }
        if let left = left.byteString, let right = right.byteString { return left.lexicographicallyPrecedes(right) }
        if let left = left.setElements, let right = right.setElements {
            let members = Set(right.map { classes.number(of: $0) })
            return Set(left.map { classes.number(of: $0) }).isStrictSubset(of: members)
        }
        throw .typeError(
            "'<' not supported between instances of '\(left.pythonTypeTitle)' and '\(right.pythonTypeTitle)'")
    }

    /// A `str`'s UTF-8, whose order is that of the code points.
    private var textBytes: [UInt8]? {
        switch self {
        case .string(let text): Array(text.utf8)
        case .surrogateString(let bytes), .legacyString(let bytes): bytes
        default: nil
        }
    }

    private var byteString: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .byteArray(let array): array.bytes
        default: nil
        }
    }

    private var setElements: PickleElements? {
        switch self {
        case .set(let elements), .frozenSet(let elements): elements
        default: nil
        }
    }
}

/// A real number, for exact comparison.
private enum PythonNumber {
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

    static func < (left: PythonNumber, right: PythonNumber) -> Bool {
        switch (left, right) {
        case (.int(let left), .int(let right)): left < right
        case (.float(let left), .float(let right)): left < right
        case (.float(let left), let right): right.integer.map { isLess(left, $0) } ?? false
        case (let left, .float(let right)): left.integer.map { isLess($0, right) } ?? false
        case (let left, let right): isLess(left.integer, right.integer)
        }
    }

    private var integer: PickleInteger? {
        switch self {
        case .int(let value): PickleInteger(value)
        case .bigInt(let value): value
        case .float: nil
        }
    }

    private static func isLess(_ left: PickleInteger?, _ right: PickleInteger?) -> Bool {
        if let left, let right { left < right } else { false }
    }

    /// An `int` is below a `float` when it is below the first whole number from there on.
    private static func isLess(_ left: PickleInteger, _ right: Double) -> Bool {
        guard let whole = PickleInteger(exactly: right.rounded(.up)) else { return right == .infinity }
        return left < whole
    }

    private static func isLess(_ left: Double, _ right: PickleInteger) -> Bool {
        guard let whole = PickleInteger(exactly: left.rounded(.down)) else { return left == -.infinity }
        return whole < right
    }
}
