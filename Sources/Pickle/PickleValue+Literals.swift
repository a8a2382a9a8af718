extension PickleValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .none }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    /// A new list.
    public init(arrayLiteral elements: PickleValue...) { self = .list(elements) }
    /// A new dict.
    public init(dictionaryLiteral elements: (PickleValue, PickleValue)...) {
        self = .dictionary(PickleEntries(elements.map { (key: $0.0, value: $0.1) }))
    }
}

extension PickleValue {
    /// A new list.
    public static func list(_ elements: some Sequence<PickleValue>) -> PickleValue {
        .list(PickleElements(elements))
    }

    /// A new tuple.
    public static func tuple(_ elements: some Sequence<PickleValue>) -> PickleValue {
        .tuple(PickleElements(elements))
    }

    /// An `int` of any size; ``int(_:)`` where it fits.
    public static func integer(_ value: PickleInteger) -> PickleValue {
        Int(exactly: value).map(PickleValue.int) ?? .bigInt(value)
    }

    /// An `int`; ``int(_:)`` where it fits.
    public static func integer(_ value: some FixedWidthInteger) -> PickleValue {
        Int(exactly: value).map(PickleValue.int) ?? .bigInt(PickleInteger(value))
    }

    /// A `bytearray`.
    public static func byteArray(_ bytes: [UInt8]) -> PickleValue {
        .byteArray(PickleByteArray(bytes))
    }
}
