/// A value passes through ``PickleEncoder`` and ``PickleDecoder`` unharmed. Other coders take what JSON knows: `None`, `bool`, `int`,
/// `float`, `str`, `list`, and `dict` with `str` keys.
extension PickleValue: Codable {
    /// - Throws: `EncodingError.invalidValue` for what another coder has no form for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case _ where container is PickleSingleValueEncodingContainer: try container.encode(self)
        case .none: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .float(let value): try container.encode(value)
        case .string(let text): try container.encode(text)
        case .list(let elements): try container.encode(Array(elements))
        case .dictionary(let entries): try container.encode(texts(of: entries, encoder))
        default: throw unencodable(self, encoder)
        }
    }

    private func texts(of entries: PickleEntries, _ encoder: any Encoder) throws -> [String: PickleValue] {
        var texts: [String: PickleValue] = [:]
        for (key, value) in entries {
            guard case .string(let text) = key else { throw unencodable(key, encoder) }
            texts[text] = value
        }
        return texts
    }

    private func unencodable(_ value: PickleValue, _ encoder: any Encoder) -> EncodingError {
        EncodingError.invalidValue(value, EncodingError.Context(
            codingPath: encoder.codingPath,
            debugDescription: "only PickleEncoder encodes \(value.foundDescription) here"))
    }

    /// - Throws: what the other coder throws for what is none of these.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let own = container as? PickleSingleValueDecodingContainer {
            self = own.value
        } else if container.decodeNil() {
            self = .none
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .float(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let values = try? container.decode([PickleValue].self) {
            self = .list(values)
        } else {
            let values = try container.decode([String: PickleValue].self)
            self = .dictionary(PickleEntries(values.lazy.map { (key: .string($0.key), value: $0.value) }))
        }
    }
}

/// An `int`; other coders take what fits 64 bits.
extension PickleInteger: Codable {
    public func encode(to encoder: any Encoder) throws { try PickleValue.integer(self).encode(to: encoder) }

    public init(from decoder: any Decoder) throws {
        let value = try PickleValue(from: decoder)
        guard let integer = PickleInteger(pickled: value) else {
            throw PickleCodingPath(parents: decoder.codingPath, key: nil).mismatch(PickleInteger.self, value)
        }
        self = integer
    }
}
