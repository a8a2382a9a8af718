/// A Swift type whose values a pickle has as one opcode: written and read straight, with neither a ``PickleValue`` in between nor `Codable`.
protocol PickleAtom: PickleRepresentable {
    /// Reads one value.
    ///
    /// - Returns: `nil` when it is of another type, out of range, or in an unusual form; then ``PickleDecoder`` has the last word.
    static func read(_ reader: inout OpcodeReader) -> Self?
}

extension PickleAtom {
    /// - Parameter value: one of this type, which only the caller's types do not say.
    static func pickled<Value>(_ value: Value) -> PickleValue {
        guard let atom = value as? Self else { preconditionFailure("\(value) is no \(Self.self)") }
        return atom.pickled
    }
}

extension PickleAtom where Self: FixedWidthInteger {
    static func read(_ reader: inout OpcodeReader) -> Self? { reader.integer().flatMap { Self(exactly: $0) } }
}

extension Int: PickleAtom {}
extension Int8: PickleAtom {}
extension Int16: PickleAtom {}
extension Int32: PickleAtom {}
extension Int64: PickleAtom {}
extension UInt: PickleAtom {}
extension UInt8: PickleAtom {}
extension UInt16: PickleAtom {}
extension UInt32: PickleAtom {}
extension UInt64: PickleAtom {}

extension Bool: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> Bool? { reader.bool() }
}

extension Double: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> Double? { reader.double() }
}

extension Float: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> Float? { reader.double().flatMap { Float(pickled: .float($0)) } }
}

extension String: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> String? { reader.text() }
}

extension [UInt8]: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> [UInt8]? { reader.byteString() }
}

// MARK: - Collections

/// Arrays and sets of atoms. Both are written as a `list`.
protocol PickleAtomList {
    static func read(_ reader: inout OpcodeReader) -> Self?
    func write(to machine: inout PicklerMachine) throws(PickleError)
}

extension Array: PickleAtomList where Element: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> Self? { reader.list { Element.read(&$0) } }

    func write(to machine: inout PicklerMachine) throws(PickleError) {
        machine.output.append(.emptyList)
        guard !isEmpty else { return }
        machine.output.append(.mark)
        for element in self { try machine.writeAtom(element.pickled) }
        machine.output.append(.appends)
    }
}

extension Set: PickleAtomList where Element: PickleAtom {
    static func read(_ reader: inout OpcodeReader) -> Self? { reader.set { Element.read(&$0) }.map { Set($0) } }
    func write(to machine: inout PicklerMachine) throws(PickleError) { try Array(self).write(to: &machine) }
}
