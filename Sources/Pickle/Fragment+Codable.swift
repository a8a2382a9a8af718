extension Fragment {
    /// Pickles a Swift value, as ``PickleEncoder`` and ``Pickler`` do; numbers, text, bytes, arrays of these and ``PickleValue`` without
    /// the former.
    ///
    /// - Throws: what the value's `encode(to:)` throws, or ``PickleError`` for what the protocol has no form for.
    public init<Value: Encodable>(encoding value: Value, at version: PickleProtocol = .v4) throws {
        if let value = value as? any PickleRepresentable {
            try self.init(value.pickled, at: version)
        } else if let list = value as? any PickleAtomList {
            try self.init(list, at: version)
        } else {
            try self.init(PickleEncoder().encode(value), at: version)
        }
    }

    private init(_ list: any PickleAtomList, at version: PickleProtocol) throws(PickleError) {
        var machine = PicklerMachine(version, [])
        try list.write(to: &machine)
        self.init(machine.output.bytes, from: version)
    }

    /// Pickles elements as one `list`; bytes are numbers there.
    package init<Element: Encodable>(list elements: some Sequence<Element>, at version: PickleProtocol = .v4) throws {
        let elements = Array(elements)
        if let list = elements as? any PickleAtomList {
            try self.init(list, at: version)
        } else {
            self = FragmentBuilder.list(try elements.map { try Fragment(encoding: $0, at: version) })
        }
    }

    /// Reads a Swift value, as ``Unpickler`` and ``PickleDecoder`` do; what are atoms and lists of them at once, where they stand in their
    /// usual forms.
    ///
    /// - Throws: ``PickleError`` when the opcodes cannot be read, `DecodingError` when the value is none of the type.
    public func decode<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try decodeDirectly() ?? PickleDecoder().decode(type, from: value())
    }

    /// Reads a value of a type that needs no decoder.
    ///
    /// - Returns: `nil` when it does need one, or the value is in an unusual form or of another type.
    package func decodeDirectly<Value>(as type: Value.Type = Value.self) -> Value? {
        if let atom = type as? any PickleAtom.Type { return decode(atom) as? Value }
        if let list = type as? any PickleAtomList.Type { return decode(list) as? Value }
        if let type = type as? any DirectlyDecodable.Type, let value = type.init(direct: self) { return value as? Value }
        return nil
    }

    private func decode<Atom: PickleAtom>(_: Atom.Type) -> Atom? { read { Atom.read(&$0) } }
    private func decode<List: PickleAtomList>(_: List.Type) -> List? { read { List.read(&$0) } }

    /// Pickles pairs as one `list` of tuples.
    package init<First: Encodable, Second: Encodable>(pairs: some Sequence<(First, Second)>) throws {
        let pairs = Array(pairs)
        guard !pairs.isEmpty, let first = First.self as? any PickleAtom.Type, let second = Second.self as? any PickleAtom.Type else {
            self = FragmentBuilder.list(try pairs.map { FragmentBuilder.tuple([try Fragment(encoding: $0), try Fragment(encoding: $1)]) })
            return
        }
        var machine = PicklerMachine(.v4, [])
        machine.output.append(.emptyList)
        machine.output.append(.mark)
        for pair in pairs {
            try machine.writeAtom(first.pickled(pair.0))
            try machine.writeAtom(second.pickled(pair.1))
            machine.output.append(.tuple2)
        }
        machine.output.append(.appends)
        self.init(machine.output.bytes, from: .v4)
    }

    /// Reads a `list` of pairs.
    ///
    /// - Returns: `nil` when one of the types is none of an atom, or the value is in an unusual form.
    package func pairs<First, Second>(_: First.Type, _: Second.Type) -> [(First, Second)]? {
        guard let first = First.self as? any PickleAtom.Type, let second = Second.self as? any PickleAtom.Type else { return nil }
        return read { reader in reader.list { $0.pair({ first.read(&$0) as? First }, { second.read(&$0) as? Second }) } }
    }
}

/// A type of another module that reads some fragments at once.
package protocol DirectlyDecodable {
    /// - Returns: `nil` when the fragment must be decoded.
    init?(direct fragment: Fragment)
}
