/// What `encode(to:)` is given.
struct PickleValueEncoder: Encoder {
    let slot: PickleEncodingSlot
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.openDictionary()
        return KeyedEncodingContainer(PickleKeyedEncodingContainer(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.openList()
        return PickleUnkeyedEncodingContainer(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        PickleSingleValueEncodingContainer(slot: slot, codingPath: codingPath)
    }
}

struct PickleKeyedEncodingContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: PickleEncodingSlot
    let codingPath: [any CodingKey]

    private func encoder(_ key: some CodingKey) -> PickleValueEncoder {
        let child = PickleEncodingSlot()
        slot.set(key.stringValue, child)
        return PickleValueEncoder(slot: child, codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { encoder(key).slot.content = .value(.none) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        slot.set(key.stringValue, try PickleEncodingSlot(value, at: PickleCodingPath(parents: codingPath, key: key)))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder(PickleCodingKey.superclass) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

struct PickleUnkeyedEncodingContainer: UnkeyedEncodingContainer {
    let slot: PickleEncodingSlot
    let codingPath: [any CodingKey]
    var count: Int { slot.count }

    private func encoder() -> PickleValueEncoder {
        let key = PickleCodingKey(intValue: count)
        let child = PickleEncodingSlot()
        slot.append(child)
        return PickleValueEncoder(slot: child, codingPath: codingPath + [key])
    }

    func encodeNil() { encoder().slot.content = .value(.none) }

    func encode<Value: Encodable>(_ value: Value) throws {
        let key = PickleCodingKey(intValue: count)
        slot.append(try PickleEncodingSlot(value, at: PickleCodingPath(parents: codingPath, key: key)))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder() }
}

struct PickleSingleValueEncodingContainer: SingleValueEncodingContainer {
    let slot: PickleEncodingSlot
    let codingPath: [any CodingKey]

    func encodeNil() { slot.content = .value(.none) }

    func encode<Value: Encodable>(_ value: Value) throws {
        slot.content = try PickleEncodingSlot(value, at: PickleCodingPath(parents: codingPath, key: nil)).content
    }
}
