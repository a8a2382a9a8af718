/// A value as Python's `dict` and `set` see it: two keys are equal where Python's `==` and `hash` say so.
///
/// `1`, `1.0` and `True` are one key; `'a'` and `b'a'` are two; a NaN is found by identity only, which no value that was
/// sent shares with another, so it equals nothing.
public enum PickleKey: Sendable {
    case none
    case int(Int)
    case bigInt(PickleInteger)
    /// Never a whole number: those are integers here.
    case float(Double)
    case complex(real: Double, imaginary: Double)
    /// A `Decimal` or `Fraction` that is no `float`.
    case rational(PythonRational)
    case moment(PythonMoment)
    /// UTF-8, so that Unicode's canonical equivalence, which Swift's `String` follows and Python does not, stays out.
    case string(SmallBytes)
    case bytes(SmallBytes)
    /// A Python 2 `str` that is not ASCII. One that is equals the text.
    case legacyString(SmallBytes)
    case tuple([PickleKey])
    case frozenSet(Set<PickleKey>)
    case global(PickleGlobal)
    /// An object of a class that is not known here: equal when made by the same call from the same arguments and state.
    case instance(callable: PickleValue, parts: [PickleValue])
    case extensionCode(Int)
    case notANumber
}

extension PickleKey: Hashable {
    public static func == (left: PickleKey, right: PickleKey) -> Bool {
        switch (left, right) {
        case (.none, .none): true
        case (.int(let a), .int(let b)): a == b
        case (.bigInt(let a), .bigInt(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.complex(let a, let b), .complex(let c, let d)): a == c && b == d
        case (.rational(let a), .rational(let b)): a == b
        case (.moment(let a), .moment(let b)): a == b
        case (.string(let a), .string(let b)), (.bytes(let a), .bytes(let b)), (.legacyString(let a), .legacyString(let b)): a == b
        case (.tuple(let a), .tuple(let b)): a == b
        case (.frozenSet(let a), .frozenSet(let b)): a == b
        case (.global(let a), .global(let b)): a == b
        case (.instance(let a, let b), .instance(let c, let d)): a == c && b == d
        case (.extensionCode(let a), .extensionCode(let b)): a == b
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .none: hasher.combine(0)
        case .int(let value): hasher.combine(value)
        case .bigInt(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value)
        case .complex(let real, let imaginary):
            hasher.combine(real)
            hasher.combine(imaginary)
        case .rational(let value): hasher.combine(value)
        case .moment(let value): hasher.combine(value)
        case .string(let bytes), .bytes(let bytes), .legacyString(let bytes): hasher.combine(bytes)
        case .tuple(let elements): hasher.combine(elements)
        case .frozenSet(let elements): hasher.combine(elements)
        case .global(let global): hasher.combine(global)
        case .instance(let callable, let parts):
            hasher.combine(callable)
            hasher.combine(parts)
        case .extensionCode(let code): hasher.combine(code)
        case .notANumber: break
        }
    }
}

// MARK: - From values

extension PickleKey {
    /// The key that a pickled value is.
    ///
    /// - Parameters:
    ///   - fragment: the value.
    ///   - python: which Python must have a hash for it: of a `slice` only 3.12 and later do.
    /// - Throws: `TypeError: unhashable type: 'list'` and the like; `UnpicklingError` when the fragment cannot be read.
    public init(_ fragment: Fragment, python: PythonVersion = .latest) throws(PythonException) {
        if let number = fragment.int {
            self = .int(number)
        } else if let text = fragment.withUnsafeText({ SmallBytes($0) }) {
            self = .string(text)
        } else {
            self = try PickleKey(fragment.pythonValue(), python: python)
        }
    }

    /// Hashes the key that a pickled number or text is, which is not made for that.
    ///
    /// - Returns: `false` when the value is another one: nothing is hashed then.
    public static func hash(atom fragment: Fragment, into hasher: inout Hasher) -> Bool {
        if fragment.withUnsafeText({ SmallBytes.hash($0, into: &hasher) }) != nil { return true }
        guard let number = fragment.int else { return false }
        hasher.combine(number)
        return true
    }

    /// Whether this is the key that a pickled value is.
    public func isKey(of fragment: Fragment) -> Bool {
        switch self {
        case .int(let number): if let other = fragment.int { return number == other }
        case .string(let text): if let isEqual = fragment.withUnsafeText({ text.elementsEqual($0) }) { return isEqual }
        default: break
        }
        return (try? PickleKey(fragment)) == self
    }

    /// The key that a value is.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - python: which Python must have a hash for it.
    /// - Throws: `TypeError: unhashable type: 'list'` and the like; `MemoryError` for a key of more than a million parts.
    public init(_ value: PickleValue, python: PythonVersion = .latest) throws(PythonException) {
        var budget = Self.largest
        try self.init(value, python, &budget)
    }

    /// Parts of one key, each counted as often as it is referred to: CPython would hash them as often.
    private static let largest = 1 << 20

    private init(_ value: PickleValue, _ python: PythonVersion, _ budget: inout Int) throws(PythonException) {
        switch value {
        case .none: self = .none
        case .bool(let value): self = .int(value ? 1 : 0)
        case .int(let value): self = .int(value)
        case .bigInt(let value): self = .bigInt(value)
        case .float(let value): self = PickleKey(value)
        case .string(let text): self = .string(SmallBytes(Array(text.utf8)))
        case .surrogateString(let bytes): self = .string(SmallBytes(bytes))
        case .legacyString(let bytes): self = bytes.allSatisfy { $0 < 0x80 } ? .string(SmallBytes(bytes)) : .legacyString(SmallBytes(bytes))
        case .bytes(let bytes): self = .bytes(SmallBytes(bytes))
        case .tuple(let elements): self = .tuple(try Self.keys(elements, python, &budget))
        case .frozenSet(let elements): self = .frozenSet(Set(try Self.keys(elements, python, &budget)))
        case .global(let global): self = .global(global)
        case .extensionCode(let code): self = .extensionCode(code)
        case .instance(let instance): self = try PickleKey(instance, python)
        case .byteArray, .list, .set, .dictionary, .persistent:
            throw .typeError("unhashable type: '\(value.pythonTypeName)'")
        }
    }

    private static func keys(_ elements: PickleElements, _ python: PythonVersion, _ budget: inout Int) throws(PythonException) -> [PickleKey] {
        budget -= elements.count
        guard budget >= 0 else { throw PythonException("MemoryError", "a key of more than \(largest) parts") }
        var keys: [PickleKey] = []
        keys.reserveCapacity(elements.count)
        for element in elements { keys.append(try PickleKey(element, python, &budget)) }
        return keys
    }

    private init(_ instance: PickleInstance, _ python: PythonVersion) throws(PythonException) {
        if case .notANumber(isSignaling: true)? = instance.decimal { throw .typeError("Cannot hash a signaling NaN value") }
        if let key = PickleKey(scalar: instance) {
            self = key
            return
        }
        guard instance.isHashable(python) else { throw instance.unhashable(python) }
        self = .instance(callable: instance.callable, parts: instance.arguments + (instance.state.map { [$0] } ?? []))
    }
}

extension PickleInstance {
    /// Whether Python hashes such objects, as far as is known here.
    fileprivate func isHashable(_ python: PythonVersion) -> Bool {
        guard let type = pythonClass, !PythonTypes.unhashable.contains(type), python >= PythonVersion(3, 12) || !isSlice else { return false }
        // A subclass of `list` or `dict`, most likely.
        return node.listItems.isEmpty && node.dictionaryItems.isEmpty
    }

    /// What hashing it raises. Python 2 does not name a `slice`.
    fileprivate func unhashable(_ python: PythonVersion) -> PythonException {
        .typeError("unhashable type" + (python.isPython2 && isSlice ? "" : ": '\(PickleValue.instance(self).typeTitle(python))'"))
    }
}

extension PythonTypes {
    fileprivate static let unhashable: Set<PickleGlobal> = [
        PickleGlobal(module: "array", name: "array"),
        PickleGlobal(module: "collections", name: "Counter"),
        PickleGlobal(module: "collections", name: "OrderedDict"),
        PickleGlobal(module: "collections", name: "defaultdict"),
        PickleGlobal(module: "collections", name: "deque"),
        PickleGlobal(module: "numpy", name: "ndarray"),
    ]
}

// MARK: - Scalars

extension PickleKey {
    /// The key of a value that holds no others, or that is one though it is written as an instance; `nil` for other values.
    init?(scalar value: PickleValue) {
        switch value {
        case .tuple, .list, .set, .frozenSet, .dictionary, .persistent: return nil
        case .byteArray(let array): self = .bytes(SmallBytes(array.bytes))
        case .instance(let instance): self.init(scalar: instance)
        default:
            guard let key = try? PickleKey(value) else { return nil }
            self = key
        }
    }

    private init?(scalar instance: PickleInstance) {
        guard let global = instance.global else { return nil }
        let key: PickleKey?
        switch global.module {
        case "builtins": key = instance.complexParts.map { PickleKey(real: $0.real, imaginary: $0.imaginary) } ?? PickleKey(range: instance)
        case "decimal": key = instance.decimal.map { PickleKey($0) }
        case "fractions": key = instance.fraction.map { PickleKey($0) }
        case "datetime": key = PythonDate(instance).flatMap { PythonMoment($0) }.map(PickleKey.moment)
        default: key = nil
        }
        guard let key else { return nil }
        self = key
    }

    fileprivate init(_ value: Double) {
        if let whole = Int(exactly: value) {
            self = .int(whole)
        } else if value.isNaN {
            self = .notANumber
        } else if let whole = PickleInteger(exactly: value) {
            self = .bigInt(whole)
        } else {
            self = .float(value)
        }
    }

    /// A `range`, which is equal to others that give the same numbers.
    private init?(range instance: PickleInstance) {
        let arguments = instance.arguments
        guard instance.global == PickleGlobal(module: "builtins", name: "range"), arguments.count == 3,
            case .int(let start) = arguments[0], case .int(let stop) = arguments[1], case .int(let step) = arguments[2], step != 0
        else { return nil }
        let (distance, stride) = (Int128(stop) - Int128(start), Int128(step))
        // Rounded up: the last step may be a part of one.
        let count = max((distance + stride - stride.signum()) / stride, 0)
        let numbers: [PickleValue] = count == 0 ? [] : count == 1 ? [.int(start)] : [.int(start), .int(step)]
        self = .instance(callable: instance.callable, parts: [.integer(count)] + numbers)
    }

    private init(real: Double, imaginary: Double) {
        self = imaginary == 0 ? PickleKey(real) : .complex(real: real, imaginary: imaginary)
    }

    private init(_ value: PythonRational) {
        if value.denominator == 1 {
            self = Int(exactly: value.numerator).map { .int($0) } ?? .bigInt(value.numerator)
        } else {
            self = value.double.map { .float($0) } ?? .rational(value)
        }
    }

    private init(_ value: PythonDecimal) {
        switch value {
        case .finite(let value): self = PickleKey(value)
        case .infinity(let isNegative): self = .float(isNegative ? -.infinity : .infinity)
        case .notANumber: self = .notANumber
        }
    }
}

extension Fragment {
    /// Reads the value for an operation of Python's that must look inside.
    ///
    /// - Throws: `_pickle.UnpicklingError`, as a server does that cannot read what it was sent.
    public func pythonValue() throws(PythonException) -> PickleValue {
        do {
            return try value()
        } catch {
            throw PythonException(module: "_pickle", name: "UnpicklingError", arguments: [.string(error.description)])
        }
    }
}
