public import Pickle

/// Reading arguments as Python's own functions do.
extension Call {
    /// An `int` (`operator.index`).
    ///
    /// - Throws: `TypeError: 'str' object cannot be interpreted as an integer`.
    public func int(_ position: Int) throws(PythonException) -> Int {
        try self[position].pythonIndex()
    }

    /// An `int` as C's argument parsing reads one that must fit a machine word (`n`).
    ///
    /// - Throws: `TypeError` when it is none; `OverflowError` when it does not fit.
    func size(_ position: Int) throws(PythonException) -> Int {
        if let int = self[position].int { return int }
        let value = try self[position].pythonValue()
        if case .bigInt = value {
            throw PythonException("OverflowError", "Python int too large to convert to C \(python.isPython2 ? "long" : "ssize_t")")
        }
        if python.isPython2 { throw .typeError("an integer is required") }
        throw .typeError("'\(value.typeTitle(python))' object cannot be interpreted as an integer")
    }

    /// An `int` that says how often a sequence is repeated.
    ///
    /// - Throws: `TypeError` when it is none; `OverflowError` when it does not fit.
    func repetitions(_ position: Int) throws(PythonException) -> Int {
        if let int = self[position].int { return int }
        let value = try self[position].pythonValue()
        let title = value.typeTitle(python)
        if case .bigInt = value { throw PythonException("OverflowError", "cannot fit '\(title)' into an index-sized integer") }
        throw .typeError("'\(title)' object cannot be interpreted as an \(python.isPython2 ? "index" : "integer")")
    }

    /// A key of a `dict`.
    ///
    /// - Throws: `TypeError: unhashable type: 'list'`; for a `slice` before Python 3.12.
    func key(_ position: Int) throws(PythonException) -> PickleKey {
        let key = try PickleKey(self[position])
        if python < PythonVersion(3, 12), case .instance(.global(let type), _) = key, type == PickleGlobal(module: "builtins", name: "slice") {
            throw .typeError("unhashable type: 'slice'")
        }
        return key
    }

    /// `bool(argument)`, or what holds when it was left out.
    public func truth(_ position: Int, default value: Bool) throws(PythonException) -> Bool {
        guard let argument = optional(position) else { return value }
        if let int = argument.int { return int != 0 }
        return try argument.pythonValue().pythonTruth
    }

    /// A `str`.
    public func text(_ position: Int) throws(PythonException) -> String {
        switch try self[position].pythonValue() {
        case .string(let text): return text
        case .legacyString(let bytes): return String(decoding: bytes, as: UTF8.self)
        case let value: throw .typeError("attribute name must be string, not '\(value.typeTitle(python))'")
        }
    }
}

extension Fragment {
    /// `operator.index(value)`
    ///
    /// - Throws: `TypeError` when it is no `int`; `IndexError` when it does not fit 64 bits.
    public func pythonIndex() throws(PythonException) -> Int {
        if let int { return int }
        switch try pythonValue() {
        case .int(let value): return value
        case .bool(let value): return value ? 1 : 0
        case .bigInt: throw .indexError("cannot fit 'int' into an index-sized integer")
        case let value: throw .typeError("'\(value.pythonTypeName)' object cannot be interpreted as an integer")
        }
    }
}

extension PickleValue {
    /// The type's name as the error messages of a Python have it.
    func typeTitle(_ python: PythonVersion) -> String {
        guard python.isPython2 else { return pythonTypeTitle }
        return switch self {
        case .string, .surrogateString: "unicode"
        case .bytes: "str"
        case .bigInt: "long"
        default: pythonTypeTitle
        }
    }

    /// `bool(value)`
    public var pythonTruth: Bool {
        switch self {
        case .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .surrogateString(let bytes), .legacyString(let bytes), .bytes(let bytes): !bytes.isEmpty
        case .byteArray(let array): !array.bytes.isEmpty
        case .tuple(let elements), .list(let elements), .set(let elements), .frozenSet(let elements): !elements.isEmpty
        case .dictionary(let entries): !entries.isEmpty
        case .bigInt, .global, .instance, .persistent, .extensionCode: true
        }
    }
}

extension Fragment {
    /// What iterating over the value gives, each element pickled again.
    ///
    /// - Throws: `TypeError: 'int' object is not iterable`.
    public func pythonElements(python: PythonVersion = .latest) throws(PythonException) -> [Fragment] {
        let elements = try pythonValue().pythonIteration(python: python)
        var fragments: [Fragment] = []
        fragments.reserveCapacity(elements.count)
        for element in elements { fragments.append(try Fragment(pythonValue: element, from: self)) }
        return fragments
    }

    /// Pickles a value that came out of a fragment.
    ///
    /// - Parameter whole: the fragment, whose owner is that of the value, too, when it needs one.
    init(pythonValue value: PickleValue, from whole: Fragment? = nil) throws(PythonException) {
        do {
            self = try Fragment(value, at: .v4).owned(by: whole?.owner?.owner(ofPart: value))
        } catch {
            throw PythonException(module: "_pickle", name: "PicklingError", arguments: [.string(error.description)])
        }
    }
}
