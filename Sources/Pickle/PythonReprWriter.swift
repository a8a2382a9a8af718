/// Writes `repr` texts: a stack of what is still to be written takes the place of recursion.
struct PythonReprWriter {
    let python: PythonVersion
    private var output: [UInt8] = []
    private var pending: [PythonTextPart]
    /// The objects that are being shown; one that is met again inside itself is shown as `[...]`.
    private var open: Set<PythonObject> = []

    static func text(of parts: [PythonTextPart], _ python: PythonVersion) throws(PythonException) -> String {
        var writer = PythonReprWriter(python: python, pending: parts.reversed())
        while let part = writer.pending.popLast() { try writer.write(part) }
        return String(decoding: writer.output, as: UTF8.self)
    }

    private init(python: PythonVersion, pending: [PythonTextPart]) {
        self.python = python
        self.pending = pending
    }

    private mutating func write(_ part: PythonTextPart) throws(PythonException) {
        switch part {
        case .text(let text): append(text)
        case .value(let value): try write(value)
        case .items(let items): write(items)
        case .end(let object): open.remove(object)
        }
        guard output.count <= PythonLimits.text else { throw PythonException(name: "MemoryError") }
    }

    private mutating func append(_ text: String) { output += text.utf8 }

    private mutating func write(_ items: PythonItems) {
        guard !items.isAtEnd else { return }
        var items = items
        append(items.separator)
        let value = items.next()
        pending.append(.items(items))
        pending.append(.value(value))
    }

    private mutating func write(_ value: PickleValue) throws(PythonException) {
        switch value {
        case .none: append("None")
        case .bool(let value): append(value ? "True" : "False")
        case .int(let value): append(String(value))
        case .bigInt(let value): append(try Self.decimal(value) + (python.isPython2 ? "L" : ""))
        case .float(let value): append(PythonFloat.text(value))
        case .string(let text): PythonEscapes.appendText(Array(text.utf8), python, to: &output)
        case .surrogateString(let bytes): PythonEscapes.appendText(bytes, python, to: &output)
        case .legacyString(let bytes): PythonEscapes.appendBytes(bytes, to: &output)
        case .bytes(let bytes): writeBytes(bytes)
        case .byteArray(let array): PythonEscapes.appendByteArray(array.bytes, to: &output)
        case .global(let global): append(global.pythonRepr(python))
        case .extensionCode(let code): append("<extension \(code)>")
        default: try writeContainer(value)
        }
    }

    private mutating func writeBytes(_ bytes: [UInt8]) {
        if !python.isPython2 { append("b") }
        PythonEscapes.appendBytes(bytes, to: &output)
    }

    static func decimal(_ value: PickleInteger) throws(PythonException) -> String {
        if let text = value.decimal(limit: PythonLimits.digits) { return text }
        throw .valueError(
            "Exceeds the limit (\(PythonLimits.digits) digits) for integer string conversion; "
                + "use sys.set_int_max_str_digits() to increase the limit")
    }
}

// MARK: - Objects that hold others

extension PythonReprWriter {
    private mutating func writeContainer(_ value: PickleValue) throws(PythonException) {
        switch value {
        case .tuple(let elements): try write(value, [.text("("), .items(.init(elements)), .text(elements.count == 1 ? ",)" : ")")], "(...)")
        case .list(let elements): try write(value, [.text("["), .items(.init(elements)), .text("]")], "[...]")
        case .set(let elements): try writeSet(value, elements, "set", braces: !python.isPython2)
        case .frozenSet(let elements): try writeSet(value, elements, "frozenset", braces: false)
        case .dictionary(let entries): try write(value, [.text("{"), .items(.init(entries)), .text("}")], "{...}")
        case .instance(let instance): try write(value, instance.reprParts(python), instance.recursiveRepr)
        case .persistent(let persistent):
            try write(value, [.text("<persistent "), .value(persistent.identifier), .text(">")], "<persistent ...>")
        default: break
        }
    }

    /// `{1, 2}`, `set()`, `frozenset({1, 2})`; in Python 2 `set([1, 2])`.
    private mutating func writeSet(
        _ value: PickleValue, _ elements: PickleElements, _ name: String, braces: Bool
    ) throws(PythonException) {
        let (left, right) = python.isPython2 ? ("[", "]") : elements.isEmpty ? ("", "") : ("{", "}")
        let isNamed = !braces || elements.isEmpty
        let parts: [PythonTextPart] = [.text(left), .items(.init(elements)), .text(right)]
        try write(value, isNamed ? [.text("\(name)(")] + parts + [.text(")")] : parts, "\(name)(...)")
    }

    /// - Parameter recursive: what the object is shown as inside itself.
    private mutating func write(_ value: PickleValue, _ parts: [PythonTextPart], _ recursive: String) throws(PythonException) {
        guard let object = PythonObject(value), !open.contains(object) else { return append(recursive) }
        guard open.count < PythonLimits.depth else {
            throw PythonException("RecursionError", "maximum recursion depth exceeded while getting the repr of an object")
        }
        open.insert(object)
        pending.append(.end(object))
        pending += parts.reversed()
    }
}
