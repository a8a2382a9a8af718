/// Makes Swift values that are `Decodable` of Python values: the reverse of ``PickleEncoder``.
///
/// Named parts are read from a `dict` with `str` keys; numbered parts from a `list`, `tuple`, `set` or `frozenset`. `None` is `nil`. An
/// `int` must be in the Swift type's range; a `float` is never taken as an integer nor a `bool` as a number, but an `int` is taken where
/// a `Double` is asked for. `[UInt8]` is read from `bytes` and `bytearray`. Python 2's `str` is text where it is UTF-8.
public struct PickleDecoder: Sendable {
    public init() {}

    /// The Swift value that a Python value stands for.
    ///
    /// - Throws: `DecodingError`, whose description holds the path and the Python value that was found; also for values nested deeper
    ///   than 512 containers, as recursive values are.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self, from value: PickleValue) throws -> Value {
        try PickleCodingPath.root.decode(type, from: value)
    }
}

extension PickleCodingPath {
    /// As deep as Foundation's decoders go. A type that contains itself, read from a list that does, would not end.
    private static let maximumDepth = 512

    /// Reads a value at this path.
    func decode<Value: Decodable>(_ type: Value.Type, from value: PickleValue) throws -> Value {
        if let scalar = type as? any PickleRepresentable.Type {
            if let result = scalar.init(pickled: value) as? Value { return result }
            guard type == [UInt8].self, value.elements != nil else { throw mismatch(type, value) }
        }
        if let list = type as? any PickleRepresentableList.Type, let elements = value.elements, let result = list.init(pickledElements: elements) as? Value {
            return result
        }
        if case .dictionary(let entries) = value, let dictionary = type as? any PickleDecodableDictionary.Type {
            if let result = try dictionary.init(entries, at: self) as? Value { return result }
        }
        guard depth <= Self.maximumDepth else {
            throw DecodingError.dataCorrupted(context("nested deeper than \(Self.maximumDepth) containers"))
        }
        return try type.init(from: PickleValueDecoder(value: value, codingPath: keys))
    }

    func mismatch(_ type: any Any.Type, _ value: PickleValue) -> DecodingError {
        let context = context("expected \(type), found \(value.foundDescription)")
        return switch value {
        case .none: .valueNotFound(type, context)
        case .int where type is any BinaryInteger.Type, .bigInt: .dataCorrupted(context)
        default: .typeMismatch(type, context)
        }
    }

    func context(_ text: String) -> DecodingError.Context {
        let path = pickleCodingPathDescription(keys)
        return DecodingError.Context(codingPath: keys, debugDescription: path.isEmpty ? text : "\(path): \(text)")
    }
}

extension PickleValue {
    /// The elements of a list, tuple, set or frozenset.
    var elements: PickleElements? {
        switch self {
        case .list(let elements), .tuple(let elements), .set(let elements), .frozenSet(let elements): elements
        default: nil
        }
    }

    /// What an error says was found: the type, and the value where it is short.
    var foundDescription: String {
        switch self {
        case .none: "None"
        case .bool(let value): value ? "bool True" : "bool False"
        case .int(let value): "int \(value)"
        case .bigInt(let value): value.decimal(limit: 50).map { "int \($0)" } ?? "int of \(value.bytes.count) bytes"
        case .float(let value): "float \(value)"
        case .string(let text) where text.utf8.count <= 50: "str '\(text)'"
        case .bytes(let bytes): "bytes of length \(bytes.count)"
        case .list(let elements), .tuple(let elements), .set(let elements), .frozenSet(let elements):
            "\(pythonTypeName) of length \(elements.count)"
        case .dictionary(let entries): "dict of length \(entries.count)"
        default: pythonTypeName
        }
    }
}
