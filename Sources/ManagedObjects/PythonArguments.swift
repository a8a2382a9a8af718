public import Pickle

/// Reading arguments as Python's own functions do.
extension Call {
    /// An `int` (`operator.index`).
    ///
    /// - Throws: `TypeError: 'str' object cannot be interpreted as an integer`.
    public func int(_ position: Int) throws(PythonException) -> Int {
        try self[position].pythonIndex()
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
        case let value: throw .typeError("attribute name must be string, not '\(value.pythonTypeName)'")
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
    public func pythonElements() throws(PythonException) -> [Fragment] {
        let elements = try pythonValue().pythonIteration()
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

extension PickleValue {
    /// What iterating over the value gives (`iter`), for the built-in values that can be iterated.
    ///
    /// - Throws: `TypeError: 'int' object is not iterable`.
    public func pythonIteration() throws(PythonException) -> [PickleValue] {
        switch self {
        case .tuple(let elements), .list(let elements), .set(let elements), .frozenSet(let elements): Array(elements)
        case .dictionary(let entries): entries.map(\.key)
        case .string(let text): text.unicodeScalars.map { .string(String($0)) }
        case .bytes(let bytes): bytes.map { .int(Int($0)) }
        case .byteArray(let array): array.bytes.map { .int(Int($0)) }
        case .instance(let instance): try instance.pythonIteration()
        default: throw .typeError("'\(pythonTypeName)' object is not iterable")
        }
    }
}

extension PickleInstance {
    /// The numbers of a `range`, or the items of an instance of a subclass of `list`.
    fileprivate func pythonIteration() throws(PythonException) -> [PickleValue] {
        if global == PickleGlobal(module: "builtins", name: "range") { return try rangeElements() }
        guard !listItems.isEmpty else {
            throw .typeError("'\(PickleValue.instance(self).pythonTypeName)' object is not iterable")
        }
        return listItems
    }

    private func rangeElements() throws(PythonException) -> [PickleValue] {
        let numbers = arguments.compactMap { if case .int(let number) = $0 { Int128(number) } else { nil } }
        guard numbers.count == 3, numbers[2] != 0 else { throw .typeError("range() needs three integers") }
        let (start, stop, step) = (numbers[0], numbers[1], numbers[2])
        // Rounded up: the last step may be a part of one.
        let count = (stop - start + step - step.signum()) / step
        guard count <= 1 << 28 else { throw PythonException(name: "MemoryError") }
        return (0..<max(count, 0)).map { .int(Int(start + $0 * step)) }
    }
}
