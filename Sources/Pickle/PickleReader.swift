/// A cursor over a pickle's bytes. Every declared length is compared with what is there before anything is made of it.
struct PickleReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    /// Where the opcode that is being carried out stands, for errors.
    private var opcodeOffset = 0
    private var opcodeByte: UInt8?

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    func failure(_ reason: PickleError.Reason) -> PickleError {
        PickleError(reason, offset: opcodeOffset, opcode: opcodeByte)
    }

    mutating func opcode() throws(PickleError) -> PickleOpcode {
        opcodeOffset = position
        opcodeByte = nil
        let byte = try byte()
        opcodeByte = byte
        guard let opcode = PickleOpcode(rawValue: byte) else { throw failure(.unknownOpcode) }
        return opcode
    }

    mutating func byte() throws(PickleError) -> UInt8 {
        guard position < bytes.count else { throw failure(.truncated) }
        defer { position += 1 }
        return bytes[position]
    }

    /// The next `count` bytes, where they lie.
    mutating func take(_ count: Int) throws(PickleError) -> UnsafeRawBufferPointer {
        guard count >= 0 else { throw failure(.malformedArgument("negative byte count")) }
        guard count <= bytes.count - position else { throw failure(.truncated) }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    /// A little-endian integer of a fixed width.
    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(PickleError) -> Number {
        let raw = try take(MemoryLayout<Number>.size)
        return Number(littleEndian: raw.loadUnaligned(as: Number.self))
    }

    /// An unsigned eight-byte length that fits an `Int`.
    mutating func length8() throws(PickleError) -> Int {
        guard let count = Int(exactly: try integer(UInt64.self)) else { throw failure(.truncated) }
        return count
    }

    /// The bytes up to the next newline, which is passed over.
    mutating func line() throws(PickleError) -> UnsafeRawBufferPointer {
        let rest = bytes[position...]
        guard let end = rest.firstIndex(of: 0x0a) else { throw failure(.truncated) }
        defer { position = end + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<end])
    }
}
