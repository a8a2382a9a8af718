// A Swift dictionary is a Python `dict` whose keys keep their type, where Swift's own form knows only text and numbers as keys and
// does not tell them apart.

protocol PickleEncodableDictionary {
    /// - Returns: `nil` when a key is no scalar, so that Python could not hash it.
    func pickled(at path: PickleCodingPath) throws -> PickleValue?
}

extension Dictionary: PickleEncodableDictionary where Key: Encodable, Value: Encodable {
    func pickled(at path: PickleCodingPath) throws -> PickleValue? {
        var entries: [(key: PickleValue, value: PickleValue)] = []
        entries.reserveCapacity(count)
        for (key, value) in self {
            let key = try PickleEncodingSlot(key, at: path).value
            guard let name = key.dictionaryKeyName else { return nil }
            let place = PickleCodingPath(parents: path.keys, key: PickleCodingKey(stringValue: name))
            entries.append((key, try PickleEncodingSlot(value, at: place).value))
        }
        return .dictionary(PickleEntries(entries))
    }
}

protocol PickleDecodableDictionary {
    init(_ entries: PickleEntries, at path: PickleCodingPath) throws
}

extension Dictionary: PickleDecodableDictionary where Key: Decodable, Value: Decodable {
    /// Of equal keys the last one counts.
    init(_ entries: PickleEntries, at path: PickleCodingPath) throws {
        self.init(minimumCapacity: entries.count)
        let parents = path.keys
        for (key, value) in entries {
            let name = key.dictionaryKeyName ?? key.pythonTypeName
            let place = PickleCodingPath(parents: parents, key: PickleCodingKey(stringValue: name))
            self[try place.decode(Key.self, from: key)] = try place.decode(Value.self, from: value)
        }
    }
}

extension PickleValue {
    /// How an error's path names a key; `nil` for what is no scalar.
    fileprivate var dictionaryKeyName: String? {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .int(let value): String(value)
        case .bigInt: "int"
        case .float(let value): String(value)
        case .string(let text): text
        case .surrogateString, .legacyString: "str"
        case .bytes: "bytes"
        default: nil
        }
    }
}
