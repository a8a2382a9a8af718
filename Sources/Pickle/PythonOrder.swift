extension PickleValue {
    /// Python's `<`.
    ///
    /// Numbers are compared exactly, `Decimal` and `Fraction` among them; text by code points, lists, tuples and deques by their first
    /// elements that are not equal, sets by whether this one is a proper subset; dates and times as their module does.
    /// Python 2 orders nearly everything: values of different types by their types' names, `None` and numbers first.
    ///
    /// - Parameters:
    ///   - other: the value on the right of `<`.
    ///   - python: whose order and messages are meant.
    /// - Throws: `TypeError: '<' not supported between instances of 'int' and 'str'`; `RecursionError` where lists or tuples are
    ///   nested deeper than CPython's limit of recursion.
    public func isLess(than other: PickleValue, python: PythonVersion = .latest) throws(PythonException) -> Bool {
        var classes = PythonEqualityClasses()
        var pair = (self, other)
        for _ in 0..<PythonLimits.depth {
            if python.isPython2, let left = pair.0.python2Entries, let right = pair.1.python2Entries {
                guard left.count == right.count else { return left.count < right.count }
                guard let next = try Self.python2Difference(left, right, &classes) else { return false }
                pair = next
                continue
            }
            guard let (left, right) = Self.sequences(pair) else { return try Self.isLess(pair.0, pair.1, &classes, python) }
            guard let next = zip(left, right).first(where: { classes.number(of: $0) != classes.number(of: $1) }) else {
                return left.count < right.count
            }
            pair = next
        }
        throw PythonException("RecursionError", "maximum recursion depth exceeded in comparison")
    }

    /// The elements of two lists, tuples or deques, or two slices' parts.
    private static func sequences(_ pair: (PickleValue, PickleValue)) -> (PickleElements, PickleElements)? {
        switch pair {
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)): (left, right)
        case (.instance(let left), .instance(let right)) where left.isSlice && right.isSlice:
            (PickleElements(left.arguments), PickleElements(right.arguments))
        case (.instance(let left), .instance(let right)): left.dequeItems.flatMap { left in right.dequeItems.map { (left, $0) } }
        default: nil
        }
    }

    private static func isLess(
        _ left: PickleValue, _ right: PickleValue, _ classes: inout PythonEqualityClasses, _ python: PythonVersion
    ) throws(PythonException) -> Bool {
        if let numbers = try PythonNumber.pair(left, right, python) { return numbers.0 < numbers.1 }
        if python.isPython2, let isLess = try left.python2TextIsLess(than: right) { return isLess }
        if let left = left.textBytes, let right = right.textBytes { return left.lexicographicallyPrecedes(right) }
        if let left = left.byteString, let right = right.byteString { return left.lexicographicallyPrecedes(right) }
        if let left = left.setElements, let right = right.setElements {
            let members = Set(right.map { classes.number(of: $0) })
            return Set(left.map { classes.number(of: $0) }).isStrictSubset(of: members)
        }
        if let left = left.date, let right = right.date, let isLess = try left.isLess(than: right) { return isLess }
        if python.isPython2 { return try left.python2IsLess(than: right) }
        throw unordered(left, right, python)
    }

    private static func unordered(_ left: PickleValue, _ right: PickleValue, _ python: PythonVersion) -> PythonException {
        switch (left.date, right.date) {
        case (.date, .dateTime) where python < PythonVersion(3, 13), (.dateTime, .date) where python < PythonVersion(3, 13):
            .typeError("can't compare datetime.datetime to datetime.date")
        default:
            .typeError("'<' not supported between instances of '\(left.pythonTypeTitle)' and '\(right.pythonTypeTitle)'")
        }
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

    var date: PythonDate? {
        if case .instance(let instance) = self { PythonDate(instance) } else { nil }
    }
}

extension PickleInstance {
    var isSlice: Bool { global == PickleGlobal(module: "builtins", name: "slice") }
}
