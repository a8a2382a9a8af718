/// What `init(from:)` is given.
struct PickleValueDecoder: Decoder {
    let value: PickleValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .dictionary(let entries) = value else { throw mismatch([String: PickleValue].self) }
        return KeyedDecodingContainer(PickleKeyedDecodingContainer(entries, codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = value.elements else { throw mismatch([PickleValue].self) }
        return PickleUnkeyedDecodingContainer(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        PickleSingleValueDecodingContainer(value: value, codingPath: codingPath)
    }

    private func mismatch(_ type: any Any.Type) -> DecodingError {
        PickleCodingPath(parents: codingPath, key: nil).mismatch(type, value)
    }
}

struct PickleKeyedDecodingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let codingPath: [any CodingKey]
    private var texts: [String: PickleValue] = [:]
    private var numbers: [Int: PickleValue] = [:]

    /// Of equal keys the last one counts. Keys that are neither `str` nor `int` cannot be asked for.
    init(_ entries: PickleEntries, _ codingPath: [any CodingKey]) {
        self.codingPath = codingPath
        texts.reserveCapacity(entries.count)
        for (key, value) in entries {
            if let text = String(pickled: key) {
                texts[text] = value
            } else if case .int(let number) = key {
                numbers[number] = value
            }
        }
    }

    var allKeys: [Key] {
        texts.keys.compactMap { Key(stringValue: $0) } + numbers.keys.compactMap { Key(intValue: $0) }
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    private func find(_ key: some CodingKey) -> PickleValue? {
        texts[key.stringValue] ?? key.intValue.flatMap { numbers[$0] }
    }

    private func path(_ key: some CodingKey) -> PickleCodingPath { PickleCodingPath(parents: codingPath, key: key) }

    private func value(_ key: some CodingKey) throws -> PickleValue {
        guard let value = find(key) else {
            let place = PickleCodingPath(parents: codingPath, key: nil)
            throw DecodingError.keyNotFound(key, place.context("the dict has no key '\(key.stringValue)'"))
        }
        return value
    }

    private func decoder(_ key: some CodingKey) throws -> PickleValueDecoder {
        PickleValueDecoder(value: try value(key), codingPath: codingPath + [key])
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        if case .none = try value(key) { true } else { false }
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try path(key).decode(type, from: value(key))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { superDecoder(PickleCodingKey.superclass) }
    func superDecoder(forKey key: Key) throws -> any Decoder { superDecoder(key) }

    /// A missing part is `None`: whether it may be is for the superclass to say.
    private func superDecoder(_ key: some CodingKey) -> PickleValueDecoder {
        PickleValueDecoder(value: find(key) ?? .none, codingPath: codingPath + [key])
    }
}

struct PickleUnkeyedDecodingContainer: UnkeyedDecodingContainer {
    let elements: PickleElements
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(elements: PickleElements, codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    private var path: PickleCodingPath {
        PickleCodingPath(parents: codingPath, key: PickleCodingKey(intValue: currentIndex))
    }

    private func value(for type: any Any.Type) throws -> PickleValue {
        guard !isAtEnd else { throw DecodingError.valueNotFound(type, path.context("expected \(type), found the end")) }
        return elements[currentIndex]
    }

    /// `None` is passed over, anything else stays the next.
    mutating func decodeNil() throws -> Bool {
        guard case .none = try value(for: PickleValue?.self) else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let result = try path.decode(type, from: value(for: type))
        currentIndex += 1
        return result
    }

    private mutating func decoder() throws -> PickleValueDecoder {
        let decoder = PickleValueDecoder(value: try value(for: PickleValue.self), codingPath: path.keys)
        currentIndex += 1
        return decoder
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try decoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try decoder().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try decoder() }
}

struct PickleSingleValueDecodingContainer: SingleValueDecodingContainer {
    let value: PickleValue
    let codingPath: [any CodingKey]

    func decodeNil() -> Bool {
        if case .none = value { true } else { false }
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try PickleCodingPath(parents: codingPath, key: nil).decode(type, from: value)
    }
}
