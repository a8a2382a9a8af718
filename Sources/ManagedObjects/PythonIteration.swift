public import Pickle

extension PickleValue {
    /// What iterating over the value gives (`iter`), for the built-in values that can be iterated and the best known of `collections`.
    ///
    /// - Throws: `TypeError: 'int' object is not iterable`.
    public func pythonIteration(python: PythonVersion = .latest) throws(PythonException) -> [PickleValue] {
        switch self {
        case .tuple(let elements), .list(let elements), .set(let elements), .frozenSet(let elements): return Array(elements)
        case .dictionary(let entries): return entries.map(\.key)
        case .string(let text): return text.unicodeScalars.map { .string(String($0)) }
        case .surrogateString(let utf8): return Self.codePoints(utf8)
        case .legacyString(let bytes): return bytes.map { .legacyString([$0]) }
        case .bytes(let bytes): return python.isPython2 ? bytes.map { .bytes([$0]) } : bytes.map { .int(Int($0)) }
        case .byteArray(let array): return array.bytes.map { .int(Int($0)) }
        case .instance(let instance):
            // Python 2's exceptions are sequences of their arguments.
            if python.isPython2, instance.global?.isPythonException == true { return instance.arguments }
            if let elements = try instance.pythonIteration() { return elements }
        default: break
        }
        throw .typeError("'\(typeTitle(python))' object is not iterable")
    }

    /// The code points of UTF-8 with surrogates, each a `str` of its own.
    private static func codePoints(_ utf8: [UInt8]) -> [PickleValue] {
        let starts = utf8.indices.filter { utf8[$0] & 0xc0 != 0x80 } + [utf8.count]
        return zip(starts, starts.dropFirst()).map { start, end in
            let bytes = Array(utf8[start..<end])
            return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .surrogateString(bytes)
        }
    }
}

extension PickleValue {
    /// The entries of a mapping; `nil` for what is none.
    var pythonEntries: [(key: PickleValue, value: PickleValue)]? {
        switch self {
        case .dictionary(let entries): return entries.map { ($0.key, $0.value) }
        case .instance(let instance):
            switch instance.global {
            case PickleGlobal(module: "collections", name: "OrderedDict"), PickleGlobal(module: "collections", name: "defaultdict"):
                return instance.entries
            case PickleGlobal(module: "collections", name: "Counter"): return instance.arguments.first?.pythonEntries ?? []
            default: return nil
            }
        default: return nil
        }
    }
}

extension PickleInstance {
    /// The numbers of a `range`, the items of a `deque` or of an instance of a subclass of `list`, the keys of a `dict`'s.
    fileprivate func pythonIteration() throws(PythonException) -> [PickleValue]? {
        switch global {
        case PickleGlobal(module: "builtins", name: "range"), PickleGlobal(module: "__builtin__", name: "xrange"): return try rangeElements()
        case PickleGlobal(module: "collections", name: "deque"): return listItems.isEmpty ? try arguments.first?.pythonIteration() ?? [] : listItems
        case PickleGlobal(module: "collections", name: "Counter"): return try arguments.first?.pythonIteration() ?? []
        case PickleGlobal(module: "collections", name: "OrderedDict"), PickleGlobal(module: "collections", name: "defaultdict"):
            return entries.map(\.key)
        default: return listItems.isEmpty ? nil : listItems
        }
    }

    /// Of an `OrderedDict`, whose entries Python 2 gives to the constructor, too.
    fileprivate var entries: [(key: PickleValue, value: PickleValue)] {
        guard case .list(let pairs)? = arguments.first else { return dictionaryItems }
        return pairs.compactMap { if case .list(let pair) = $0, pair.count == 2 { (pair[0], pair[1]) } else { nil } }
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
