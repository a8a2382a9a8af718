/// What goes over a `ProcessLink`: a list of byte strings.
///
/// On the wire: the length of what follows, then each string's length and bytes; lengths are 8 bytes, little-endian.
struct LinkMessage: Equatable, Sendable {
    static let headerSize = 8

    var parts: [[UInt8]]

    init(_ parts: [[UInt8]]) { self.parts = parts }

    func encoded() -> [UInt8] {
        let length = parts.reduce(0) { $0 + Self.headerSize + $1.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + length)
        Self.append(length, to: &bytes)
        for part in parts {
            Self.append(part.count, to: &bytes)
            bytes += part
        }
        return bytes
    }

    /// Reads the message that follows a header; nil if a string does not fit in it.
    init?(decoding bytes: ArraySlice<UInt8>) {
        parts = []
        var rest = bytes
        while !rest.isEmpty {
            guard let count = Self.length(rest.prefix(Self.headerSize)) else { return nil }
            rest = rest.dropFirst(Self.headerSize)
            guard count <= rest.count else { return nil }
            parts.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
    }

    /// Reads a length; nil if it is cut short or more than a message may have.
    static func length(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count == headerSize else { return nil }
        let value = UInt64(littleEndian: bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
        return value <= UInt64(ProcessLink.longestMessage) ? Int(value) : nil
    }

    private static func append(_ length: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(length).littleEndian) { bytes += $0 }
    }
}
