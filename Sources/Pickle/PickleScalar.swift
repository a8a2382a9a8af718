/// A Swift type whose values are one Python value each: these pass the bridge without `Codable`.
protocol PickleScalar {
    /// - Returns: `nil` when the value is of another type or out of range.
    init?(pickled value: PickleValue)
    var pickled: PickleValue { get }
}

extension PickleValue: PickleScalar {
    init(pickled value: PickleValue) { self = value }
    var pickled: PickleValue { self }
}

extension Bool: PickleScalar {
    init?(pickled value: PickleValue) {
        guard case .bool(let value) = value else { return nil }
        self = value
    }
    var pickled: PickleValue { .bool(self) }
}

extension String: PickleScalar {
    init?(pickled value: PickleValue) {
        guard let text = value.text else { return nil }
        self = text
    }
    var pickled: PickleValue { .string(self) }
}

/// `bytes`. A `list` of numbers is read too, element by element, as `Array` itself does.
extension Array: PickleScalar where Element == UInt8 {
    init?(pickled value: PickleValue) {
        switch value {
        case .bytes(let bytes), .legacyString(let bytes): self = bytes
        case .byteArray(let bytes): self = bytes.bytes
        default: return nil
        }
    }
    var pickled: PickleValue { .bytes(self) }
}

// MARK: - Numbers

extension PickleInteger: PickleScalar {
    init?(pickled value: PickleValue) {
        switch value {
        case .int(let value): self.init(value)
        case .bigInt(let value): self = value
        default: return nil
        }
    }
    var pickled: PickleValue { .integer(self) }
}

extension PickleScalar where Self: FixedWidthInteger {
    init?(pickled value: PickleValue) {
        switch value {
        case .int(let value): self.init(exactly: value)
        case .bigInt(let value): self.init(exactly: value)
        default: return nil
        }
    }
    var pickled: PickleValue { .integer(self) }
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

extension Int: PickleScalar {}
extension Int8: PickleScalar {}
extension Int16: PickleScalar {}
extension Int32: PickleScalar {}
extension Int64: PickleScalar {}
extension UInt: PickleScalar {}
extension UInt8: PickleScalar {}
extension UInt16: PickleScalar {}
extension UInt32: PickleScalar {}
extension UInt64: PickleScalar {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, *)
extension Int128: PickleScalar {}
@available(macOS 15, iOS 18, tvOS 18, watchOS 11, *)
extension UInt128: PickleScalar {}

/// A `float`; an `int` is taken as the nearest one, as Python's `float()` does.
extension Double: PickleScalar {
    init?(pickled value: PickleValue) {
        switch value {
        case .float(let value): self = value
        case .int(let value): self.init(value)
        case .bigInt(let value):
            self.init(value)
            guard isFinite else { return nil }
        default: return nil
        }
    }
    var pickled: PickleValue { .float(self) }
}

extension Float: PickleScalar {
    init?(pickled value: PickleValue) {
        guard let wide = Double(pickled: value) else { return nil }
        self.init(wide)
        guard isFinite || !wide.isFinite else { return nil }
    }
    var pickled: PickleValue { .float(Double(self)) }
}
