/// A Swift type whose values are one Python value each: these pass ``PickleEncoder`` and ``PickleDecoder`` without `Codable`.
///
/// The numbers, `Bool`, `String`, `[UInt8]` and ``PickleValue`` are. A type of yours may be, too, to be a certain Python object rather than
/// a dict of its fields.
public protocol PickleRepresentable {
    /// Reads a value.
    ///
    /// - Returns: `nil` when it is of another type or out of range.
    init?(pickled value: PickleValue)
    /// The Python value.
    var pickled: PickleValue { get }
}

extension PickleValue: PickleRepresentable {
    public init(pickled value: PickleValue) { self = value }
    public var pickled: PickleValue { self }
}

extension Bool: PickleRepresentable {
    public init?(pickled value: PickleValue) {
        guard case .bool(let value) = value else { return nil }
        self = value
    }
    public var pickled: PickleValue { .bool(self) }
}

extension String: PickleRepresentable {
    public init?(pickled value: PickleValue) {
        guard let text = value.text else { return nil }
        self = text
    }
    public var pickled: PickleValue { .string(self) }
}

/// `bytes`. A `list` of numbers is read too, element by element, as `Array` itself does.
extension Array: PickleRepresentable where Element == UInt8 {
    public init?(pickled value: PickleValue) {
        switch value {
        case .bytes(let bytes), .legacyString(let bytes): self = bytes
        case .byteArray(let bytes): self = bytes.bytes
        default: return nil
        }
    }
    public var pickled: PickleValue { .bytes(self) }
}

// MARK: - Arrays

/// An array of values that each are one Python value.
protocol PickleRepresentableList {
    /// - Returns: `nil` when an element is of another type; what is wrong with it is said by decoding one after the other.
    init?(pickledElements: PickleElements)
    var pickledElements: PickleElements { get }
}

extension Array: PickleRepresentableList where Element: PickleRepresentable {
    init?(pickledElements: PickleElements) {
        self = []
        reserveCapacity(pickledElements.count)
        for element in pickledElements {
            guard let element = Element(pickled: element) else { return nil }
            append(element)
        }
    }

    var pickledElements: PickleElements { PickleElements(lazy.map(\.pickled)) }
}

// MARK: - Numbers

extension PickleInteger: PickleRepresentable {
    public init?(pickled value: PickleValue) {
        switch value {
        case .int(let value): self.init(value)
        case .bigInt(let value): self = value
        default: return nil
        }
    }
    public var pickled: PickleValue { .integer(self) }
}

extension PickleRepresentable where Self: FixedWidthInteger {
    public init?(pickled value: PickleValue) {
        switch value {
        case .int(let value): self.init(exactly: value)
        case .bigInt(let value): self.init(exactly: value)
        default: return nil
        }
    }
    public var pickled: PickleValue { .integer(self) }
}

extension FixedWidthInteger {
    /// The value, when it is in the type's range.
    public init?(exactly integer: PickleInteger) {
        // An unsigned number of the full width has one byte more, which holds the sign.
        guard integer.bytes.count <= Self.bitWidth / 8 + (Self.isSigned ? 0 : 1), Self.isSigned || !integer.isNegative
        else { return nil }
        let value = integer.bytes.enumerated().reduce(Self.zero) { $0 | Self($1.element) << (8 * $1.offset) }
        guard integer.isNegative else {
            guard PickleInteger(value) == integer else { return nil }
            self = value
            return
        }
        self = value | ~Self.zero << (8 * integer.bytes.count)
    }
}

extension Int: PickleRepresentable {}
extension Int8: PickleRepresentable {}
extension Int16: PickleRepresentable {}
extension Int32: PickleRepresentable {}
extension Int64: PickleRepresentable {}
extension UInt: PickleRepresentable {}
extension UInt8: PickleRepresentable {}
extension UInt16: PickleRepresentable {}
extension UInt32: PickleRepresentable {}
extension UInt64: PickleRepresentable {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, *)
extension Int128: PickleRepresentable {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, *)
extension UInt128: PickleRepresentable {}

/// A `float`; an `int` is taken as the nearest one, as Python's `float()` does.
extension Double: PickleRepresentable {
    public init?(pickled value: PickleValue) {
        switch value {
        case .float(let value): self = value
        case .int(let value): self.init(value)
        case .bigInt(let value):
            self.init(value)
            guard isFinite else { return nil }
        default: return nil
        }
    }
    public var pickled: PickleValue { .float(self) }
}

extension Float: PickleRepresentable {
    public init?(pickled value: PickleValue) {
        guard let wide = Double(pickled: value) else { return nil }
        self.init(wide)
        guard isFinite || !wide.isFinite else { return nil }
    }
    public var pickled: PickleValue { .float(Double(self)) }
}
