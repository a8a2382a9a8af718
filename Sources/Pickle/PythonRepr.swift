extension PickleValue {
    /// Python's `repr(value)`.
    ///
    /// What CPython would ask an object's class for is known here for the built-in types and the commonest of the standard
    /// library; any other instance is shown as `<module.Class object>`, without an address.
    ///
    /// - Throws: `RecursionError` where containers nest deeper than CPython's default limit, `ValueError` for an `int` of more than
    ///   4300 digits (as CPython 3.11 and later), `MemoryError` when the text passes 64 MiB: a small value may share one object
    ///   so often that its text would never end.
    public func pythonRepr(python: PythonVersion = .latest) throws(PythonException) -> String {
        try PythonReprWriter.text(of: [.value(self)], python)
    }

    /// Python's `str(value)`: the text itself of a `str`, what ``pythonRepr(python:)`` gives for most other values.
    ///
    /// Lone surrogates, which a Swift `String` cannot hold, and bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Throws: as ``pythonRepr(python:)``.
    public func pythonStr(python: PythonVersion = .latest) throws(PythonException) -> String {
        switch self {
        case .string(let text): text
        case .surrogateString(let bytes), .legacyString(let bytes): String(decoding: bytes, as: UTF8.self)
        case .bytes(let bytes) where python.isPython2: String(decoding: bytes, as: UTF8.self)
        case .byteArray(let array) where python.isPython2: String(decoding: array.bytes, as: UTF8.self)
        case .float(let value) where python.isPython2: PythonFloat.shortText(value)
        case .bigInt(let value): try PythonReprWriter.decimal(value)
        case .instance(let instance): try PythonReprWriter.text(of: instance.strParts(python) ?? [.value(self)], python)
        default: try pythonRepr(python: python)
        }
    }
}

/// A part of a text: what is still to be written.
enum PythonTextPart {
    case text(String)
    /// A value's `repr`.
    case value(PickleValue)
    /// The `repr`s of some parts of an object, with commas between.
    case items(PythonItems)
    /// The end of an object; from here on it may be shown again.
    case end(PythonObject)
}

/// Some of the parts of an object, in order.
struct PythonItems {
    let graph: PickleGraph
    let indices: [PickleNode.Index]
    /// Whether keys and values take turns.
    let areEntries: Bool
    var position = 0

    var isEmpty: Bool { indices.isEmpty }
    var isAtEnd: Bool { position >= indices.count }

    init(_ elements: PickleElements) {
        self.init(elements.reference.graph, elements.indices32)
    }

    init(_ entries: PickleEntries) {
        self.init(entries.reference.graph, entries.indices32, areEntries: true)
    }

    init(_ graph: PickleGraph, _ indices: [PickleNode.Index], areEntries: Bool = false) {
        self.graph = graph
        self.indices = indices
        self.areEntries = areEntries
    }

    /// What stands before the next item.
    var separator: String {
        if position == 0 { return "" }
        return areEntries && position % 2 == 1 ? ": " : ", "
    }

    mutating func next() -> PickleValue {
        defer { position += 1 }
        return graph.value(at: indices[position])
    }
}
