/// Python 2 orders values of different types too: `None`, then numbers, then all others by their types' names.
extension PickleValue {
    /// `<` of values that are not of one ordered type.
    ///
    /// Two objects of one type without an order of its own stand, in Python 2, in that of their addresses; here neither is less.
    ///
    /// - Throws: `TypeError` for dates and complex numbers, which have no order with other types.
    func python2IsLess(than other: PickleValue) throws(PythonException) -> Bool {
        if let refusal = python2Refusal(other) { throw .typeError(refusal) }
        if case .dictionary(let left) = self, case .dictionary(let right) = other { return left.count < right.count }
        return python2Rank < other.python2Rank
    }

    /// A `str` that is compared with a `unicode` is decoded.
    func checkIsDecodable(with other: PickleValue) throws(PythonException) {
        guard case .legacyString(let bytes) = self, let position = bytes.firstIndex(where: { $0 >= 0x80 }) else { return }
        switch other {
        case .string, .surrogateString:
            throw PythonException(name: "UnicodeDecodeError", arguments: [
                .legacyString(Array("ascii".utf8)), self, .int(position), .int(position + 1), .legacyString(Array("ordinal not in range(128)".utf8)),
            ])
        default: break
        }
    }

    private var python2Rank: (Int, String) {
        switch self {
        case .none: (0, "")
        case .bool, .int, .bigInt, .float: (1, "")
        case .string, .surrogateString: (2, "unicode")
        case .legacyString, .bytes: (2, "str")
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
