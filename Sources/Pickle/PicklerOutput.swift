/// The bytes of a pickle in the making: opcodes and their arguments.
struct PicklerOutput {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Drops what was written behind the first `count` bytes.
    mutating func truncate(to count: Int) {
        bytes.removeSubrange(count...)
    }

    mutating func append(_ opcode: PickleOpcode) {
        bytes.append(opcode.rawValue)
    }

    mutating func append(_ opcode: PickleOpcode, _ argument: some FixedWidthInteger) {
        bytes.append(opcode.rawValue)
        withUnsafeBytes(of: argument.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(raw: some Collection<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    mutating func append(_ opcode: PickleOpcode, line: String) {
        bytes.append(opcode.rawValue)
        bytes.append(contentsOf: line.utf8)
        bytes.append(0x0a)
    }

    /// The shortest opcode for a memo index.
    mutating func append(_ short: PickleOpcode, orLong long: PickleOpcode, index: Int) {
        if let index = UInt8(exactly: index) { append(short, index) } else { append(long, UInt32(clamping: index)) }
    }

    /// Bytes with the shortest length that holds them; an opcode that the protocol lacks is `nil`.
    mutating func append(
        _ content: some Collection<UInt8>, short: PickleOpcode?, _ medium: PickleOpcode, long: PickleOpcode?
    ) throws(PickleError) {
        let count = content.count
        if let short, let count = UInt8(exactly: count) {
            append(short, count)
        } else if let length = UInt32(exactly: count), medium != .binString || length <= Int32.max {
            append(medium, length)
        } else if let long {
            append(long, UInt64(count))
        } else {
            throw PickleError(.unrepresentable("\(count) bytes in one string need protocol 4"))
        }
        append(raw: content)
    }

    /// The shortest opcode of protocol 2 and later for a number.
    mutating func append(int value: Int) {
        if let value = UInt8(exactly: value) {
            append(.binInt1, value)
        } else if let value = UInt16(exactly: value) {
            append(.binInt2, value)
        } else if let value = Int32(exactly: value) {
            append(.binInt, value)
        } else {
            let bytes = PickleInteger(value).bytes
            append(.long1, UInt8(bytes.count))
            append(raw: bytes)
        }
    }
}
