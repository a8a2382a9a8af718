/// An `int` of any size.
public struct PickleInteger: Hashable, Sendable {
    /// Two's complement, little-endian, as short as it can be: what `LONG1` carries (CPython's `encode_long`).
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
}
