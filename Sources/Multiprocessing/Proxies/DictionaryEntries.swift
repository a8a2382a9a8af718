import Pickle

/// Entries of a `dict`, as `dict.items()` lists them or as a `dict` has them.
struct Entries<Key: Codable & Sendable, Value: Codable & Sendable>: Decodable, DirectlyDecodable {
    let pairs: [(Key, Value)]

    init?(direct fragment: Fragment) {
        guard let pairs = fragment.pairs(Key.self, Value.self) else { return nil }
        self.pairs = pairs
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        switch try container.decode(PickleValue.self) {
        case .dictionary(let entries): pairs = try entries.map { try (PickleDecoder().decode(from: $0.key), PickleDecoder().decode(from: $0.value)) }
        case .list(let items): pairs = try items.map { try Self.pair($0) }
        default: pairs = try container.decode([Entry<Key, Value>].self).map { ($0.key, $0.value) }
        }
    }

    private static func pair(_ item: PickleValue) throws -> (Key, Value) {
        guard case .tuple(let parts) = item, parts.count == 2 else {
            let entry: Entry<Key, Value> = try PickleDecoder().decode(from: item)
            return (entry.key, entry.value)
        }
        return try (PickleDecoder().decode(from: parts[0]), PickleDecoder().decode(from: parts[1]))
    }
}

/// One of `dict.items()`: a tuple.
struct Entry<Key: Codable & Sendable, Value: Codable & Sendable>: Decodable {
    let key: Key
    let value: Value

    init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        key = try parts.decode(Key.self)
        value = try parts.decode(Value.self)
    }
}
