extension Fragment {
    /// Pickles a Swift value, as ``PickleEncoder`` and ``Pickler`` do.
    ///
    /// - Throws: what the value's `encode(to:)` throws, or ``PickleError`` for what the protocol has no form for.
    public init<Value: Encodable>(encoding value: Value, at version: PickleProtocol = .v4) throws {
        try self.init(PickleEncoder().encode(value), at: version)
    }

    /// Reads a Swift value, as ``Unpickler`` and ``PickleDecoder`` do.
    ///
    /// - Throws: ``PickleError`` when the opcodes cannot be read, `DecodingError` when the value is none of the type.
    public func decode<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        try PickleDecoder().decode(type, from: value())
    }
}
