/// Python 2 orders values of different types too: `None`, then numbers, then all others by their types' names.
extension PickleValue {
    /// `<` of values that are not of one ordered type.
    ///
    /// Two objects of one type without an order of its own stand, in Python 2, in that of their addresses; here neither is less.
    ///
    /// - Throws: `TypeError` for dates and complex numbers, which have no order with other types.
    func python2IsLess(than other: PickleValue) throws(PythonException) -> Bool {
        if let refusal = python2Refusal(other) { throw .typeError(refusal) }
        return python2Rank < other.python2Rank
    }

    typealias Entry = (key: PickleValue, value: PickleValue)

    /// The entries of what is ordered as a `dict` is; an `OrderedDict` is not.
    var python2Entries: [Entry]? {
        switch self {
        case .dictionary(let entries): Array(entries)
        case .instance(let instance) where instance.global == PickleGlobal(module: "collections", name: "defaultdict"): instance.dictionaryItems
        default: nil
        }
    }

    /// What decides between two `dict`s of one size (CPython 2's `dict_compare`): the lowest keys by which they differ or, where these are
    /// equal, their values; `nil` when the `dict`s are equal.
    static func python2Difference(
        _ left: [Entry], _ right: [Entry], _ classes: inout PythonEqualityClasses
    ) throws(PythonException) -> (PickleValue, PickleValue)? {
        guard let one = try lowestDifference(left, right, &classes), let other = try lowestDifference(right, left, &classes) else { return nil }
        return classes.number(of: one.key) == classes.number(of: other.key) ? (one.value, other.value) : (one.key, other.key)
    }

    /// The lowest key, with its value, that the other `dict` has not or has with another value.
    private static func lowestDifference(
        _ entries: [Entry], _ others: [Entry], _ classes: inout PythonEqualityClasses
    ) throws(PythonException) -> Entry? {
        var values: [Int: Int] = [:]
        for (key, value) in others { values[classes.number(of: key)] = classes.number(of: value) }
        var lowest: Entry?
        for entry in entries where values[classes.number(of: entry.key)] != classes.number(of: entry.value) {
            if let known = lowest?.key, try !entry.key.isLess(than: known, python: .python2) { continue }
            lowest = entry
        }
        return lowest
    }

    /// `<` of two texts, of either kind; `nil` when one is none.
    ///
    /// - Throws: `UnicodeDecodeError` for a `str` that is not ASCII and is compared with a `unicode`.
    func python2TextIsLess(than other: PickleValue) throws(PythonException) -> Bool? {
        if let left = python2Bytes, let right = other.python2Bytes { return left.lexicographicallyPrecedes(right) }
        // A text that has nothing to be compared with is not decoded.
        guard isPython2Text, other.isPython2Text, let left = try python2Decoded(), let right = try other.python2Decoded() else { return nil }
        return left.lexicographicallyPrecedes(right)
    }

    private var python2Bytes: [UInt8]? {
        switch self {
        case .legacyString(let bytes), .bytes(let bytes): bytes
        default: nil
        }
    }

    private var isPython2Text: Bool {
        switch self {
        case .string, .surrogateString, .legacyString, .bytes: true
        default: false
        }
    }

    private var python2Rank: (Int, String) {
        switch self {
        case .none: (0, "")
        case .bool, .int, .bigInt, .float: (1, "")
        default: PythonNumber(self) == nil && !isComplex ? (2, typeTitle(.python2)) : (1, "")
        }
    }

    private func python2Refusal(_ other: PickleValue) -> String? {
        // Of a `datetime` and a `date`, which it is a kind of, the former is asked.
        if case .date? = date, case .dateTime? = other.date { return "can't compare \(other.typeTitle(.python2)) to \(typeTitle(.python2))" }
        if date != nil { return "can't compare \(typeTitle(.python2)) to \(other.typeTitle(.python2))" }
        if other.date != nil { return "can't compare \(other.typeTitle(.python2)) to \(typeTitle(.python2))" }
        let areNumbers = [self, other].allSatisfy { $0.isComplex || PythonNumber($0) != nil }
        return areNumbers && (isComplex || other.isComplex) ? "no ordering relation is defined for complex numbers" : nil
    }

    private var isComplex: Bool {
        if case .instance(let instance) = self { instance.complexParts != nil } else { false }
    }
}
