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
        if python.isPython2 { return try self[position].cLong(python) }
        let (int, value) = try self[position].machineInteger()
        if let int { return int }
        if case .bigInt = value {
            throw PythonException("OverflowError", "Python int too large to convert to C ssize_t")
        }
        if case .float = value, python < PythonVersion(3, 10) { throw .typeError("integer argument expected, got float") }
        throw .typeError("'\(value.typeTitle(python))' object cannot be interpreted as an integer")
    }

    /// An `int` that says how often a sequence is repeated.
    ///
    /// - Throws: `TypeError` when it is none; `OverflowError` when it does not fit.
    func repetitions(_ position: Int) throws(PythonException) -> Int {
        let (int, value) = try self[position].machineInteger()
        if let int { return int }
        let title = value.typeTitle(python)
        if case .bigInt = value { throw PythonException("OverflowError", "cannot fit '\(title)' into an index-sized integer") }
        throw .typeError("'\(title)' object cannot be interpreted as an \(python.isPython2 ? "index" : "integer")")
    }

    /// A key of a `dict`.
    ///
    /// - Throws: `TypeError: unhashable type: 'list'`; for a `slice` before Python 3.12.
    func key(_ position: Int) throws(PythonException) -> EntryKey {
        try EntryKey(self[position], python: python)
    }

    /// `bool(argument)`, or what holds when it was left out.
    public func truth(_ position: Int, default value: Bool) throws(PythonException) -> Bool {
        guard let argument = optional(position) else { return value }
        if let int = argument.int { return int != 0 }
        return try argument.pythonValue().pythonTruth
    }

    /// The first argument as the name of an attribute: a `str`, as which Python 2 takes a `unicode`, too.
    ///
    /// - Throws: `TypeError: attribute name must be string, not 'int'`; for Python 2 `UnicodeEncodeError`.
    func attributeName() throws(PythonException) -> PickleValue {
        let value = try self[0].pythonValue()
        if python.isPython2, let encoded = try value.python2Encoded() { return encoded }
        switch value {
        case .string, .surrogateString, .legacyString: return value
        default: throw .typeError("attribute name must be string, not '\(value.typeTitle(python))'")
        }
    }
}

extension Fragment {
    /// The value as a machine's integer, when it is an `int` that fits; otherwise the value, to say what is wrong with it.
    func machineInteger() throws(PythonException) -> (Int?, PickleValue) {
        if let int { return (int, .int(int)) }
        let value = try pythonValue()
        return switch value {
        case .int(let int): (int, value)
        case .bool(let flag): (flag ? 1 : 0, value)
        default: (nil, value)
        }
    }

    /// `operator.index(value)`
    ///
    /// - Throws: `TypeError` when it is no `int`; `IndexError` when it does not fit 64 bits.
    public func pythonIndex() throws(PythonException) -> Int {
        let (int, value) = try machineInteger()
        if let int { return int }
        switch value {
        case .bigInt: throw .indexError("cannot fit 'int' into an index-sized integer")
        case let value: throw .typeError("'\(value.pythonTypeTitle)' object cannot be interpreted as an integer")
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
        case .instance(let instance): instance.pythonTruth
        case .bigInt, .global, .persistent, .extensionCode: true
        }
    }
}

extension PickleInstance {
    /// A number of the value 0, no time at all and an empty collection are `False`; of unknown classes nothing is.
    fileprivate var pythonTruth: Bool {
        let value = PickleValue.instance(self)
        if value == .int(0) { return false }
        switch global?.module {
        case "datetime" where global?.name == "timedelta": return arguments.contains { $0 != .int(0) }
        case "collections": return (try? value.pythonIteration())?.isEmpty != true
        default: return true
        }
    }
}

extension Fragment {
    /// What iterating over the value gives, each element pickled again.
    ///
    /// - Throws: `TypeError: 'int' object is not iterable`.
    public func pythonElements(python: PythonVersion = .latest) throws(PythonException) -> [Fragment] {
        try fragments(of: pythonValue().pythonIteration(python: python))
    }

    /// `iter([…])`, which goes to the client with all that it has to give.
    static func iterator(over elements: some Sequence<Fragment>) throws(PythonException) -> Fragment {
        let list = FragmentBuilder.list(elements)
        let iterator = try PickleInstance(.global(PickleGlobal(module: "builtins", name: "iter")), [list.pythonValue()])
        return try Fragment(pythonValue: .instance(iterator), from: list)
    }

    /// Pickles parts of the value again, each for itself.
    func fragments(of elements: [PickleValue]) throws(PythonException) -> [Fragment] {
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
            // What Python 2 sent stays in its own kinds of strings.
            let version: PickleProtocol = whole?.readers.highest == .v2 ? .v2 : .v4
            self = try Fragment(value, at: version).owned(by: whole?.owner?.owner(ofPart: value))
        } catch {
            throw PythonException(module: "_pickle", name: "PicklingError", arguments: [.string(error.description)])
        }
    }
}

extension Arguments {
    /// The name of an argument as the `str` that it is in the caller's Python.
    func text(ofName name: String) throws(PythonException) -> Fragment {
        do {
            return python.isPython2
                ? try Fragment(.legacyString(Array(name.utf8)), at: .v2) : try Fragment(.string(name), at: .v4)
        } catch {
            throw PythonException(module: "_pickle", name: "PicklingError", arguments: [.string(error.description)])
        }
    }
}
