/// An `int` of any size.
public struct PickleInteger: Sendable {
    /// Two's complement, little-endian, as short as it can be: what `LONG1` carries (CPython's `encode_long`). Zero has none.
    public let bytes: [UInt8]

    /// - Parameter bytes: two's complement, little-endian; superfluous sign bytes are dropped.
    public init(twosComplement bytes: some Sequence<UInt8>) {
        var bytes = Array(bytes)
        while let last = bytes.last, last == 0 || last == 0xff {
            let nextIsNegative = (bytes.dropLast().last ?? 0) >= 0x80
            guard nextIsNegative == (last == 0xff) else { break }
            bytes.removeLast()
        }
        self.bytes = bytes
    }

    public init(_ value: some FixedWidthInteger) {
        let bytes = withUnsafeBytes(of: value.littleEndian, Array.init)
        self.init(twosComplement: bytes + [value < 0 ? 0xff : 0])
    }

    /// - Parameter magnitude: digits of base 2³², lowest first.
    init(isNegative: Bool, magnitude: [UInt32]) {
        var bytes = magnitude.flatMap { digit in withUnsafeBytes(of: digit.littleEndian, Array.init) }
        bytes.append(0)
        self.init(twosComplement: isNegative ? Self.negated(bytes) : bytes)
    }

    public var isNegative: Bool { (bytes.last ?? 0) >= 0x80 }

    /// The absolute value in digits of base 2³², lowest first, none of them superfluous.
    var magnitude: [UInt32] {
        var bytes = isNegative ? Self.negated(bytes + [0xff]) : bytes
        while bytes.last == 0 { bytes.removeLast() }
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<min(start + 4, bytes.count)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Two's complement of as many bytes.
    private static func negated(_ bytes: [UInt8]) -> [UInt8] {
        var carry = true
        return bytes.map { byte in
            let (sum, overflow) = (~byte).addingReportingOverflow(carry ? 1 : 0)
            carry = overflow
            return sum
        }
    }
}

extension Int {
    /// The value, when it fits 64 bits.
    public init?(exactly integer: PickleInteger) {
        guard integer.bytes.count <= 8 else { return nil }
        let fill: UInt64 = integer.isNegative ? .max : 0
        let bits = integer.bytes.reversed().reduce(fill) { $0 << 8 | UInt64($1) }
        self = Int(Int64(bitPattern: bits))
    }
}

extension PickleInteger: Hashable, Comparable {
    public static func < (left: PickleInteger, right: PickleInteger) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        if left.bytes.count != right.bytes.count { return (left.bytes.count < right.bytes.count) != left.isNegative }
        // Of one sign and one length: two's complement then orders as unsigned numbers do.
        return left.bytes.reversed().lexicographicallyPrecedes(right.bytes.reversed())
    }
}

extension PickleInteger: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}
