import Multiprocessing

/// Pickles as CPython 3.8 to 3.13 write them: protocol 4, in a frame, with every object put into the memo.
enum PythonPickle {
    /// A whole pickle of one value.
    static func dump(_ value: PickleValue) -> [UInt8] {
        let body = opcodes(value) + [0x2e]
        return [0x80, 4, 0x95] + littleEndian(UInt64(body.count)) + body
    }

    /// What a proxy sends: `(ident, methodname, args, kwds)`.
    static func request(_ identifier: PickleValue, _ method: String, _ arguments: [PickleValue]) -> [UInt8] {
        dump(.tuple([identifier, .string(method), .tuple(PickleElements(arguments)), [:]]))
    }

    private static let memoize: UInt8 = 0x94

    /// One value's opcodes.
    static func opcodes(_ value: PickleValue) -> [UInt8] {
        switch value {
        case .none: [0x4e]
        case .bool(let value): [value ? 0x88 : 0x89]
        case .int(let number): opcodes(number)
        case .float(let number): [0x47] + withUnsafeBytes(of: number.bitPattern.bigEndian) { Array($0) }
        case .string(let text): opcodes(text) + [memoize]
        case .tuple(let elements): opcodes(tuple: elements)
        case .list(let elements): [0x5d, memoize] + batches(elements.map { [$0] }, closing: 0x65)
        case .dictionary(let entries): [0x7d, memoize] + batches(entries.map { [$0.key, $0.value] }, closing: 0x75)
        default: fatalError("no part needs this")
        }
    }

    private static func opcodes(_ number: Int) -> [UInt8] {
        switch number {
        case 0..<0x100: [0x4b, UInt8(number)]
        case 0x100..<0x1_0000: [0x4d] + littleEndian(UInt16(number))
        default: [0x4a] + littleEndian(Int32(number))
        }
    }

    private static func opcodes(_ text: String) -> [UInt8] {
        let length = text.utf8.count
        return (length < 0x100 ? [0x8c, UInt8(length)] : [0x58] + littleEndian(UInt32(length))) + text.utf8
    }

    private static func opcodes(tuple elements: PickleElements) -> [UInt8] {
        let parts = elements.flatMap(opcodes)
        return switch elements.count {
        case 0: [0x29]
        case 1...3: parts + [0x84 + UInt8(elements.count), memoize]
        default: [0x28] + parts + [0x74, memoize]
        }
    }

    /// At most a thousand items are on the reader's stack at a time.
    private static func batches(_ items: [[PickleValue]], closing: UInt8) -> [UInt8] {
        var opcodes: [UInt8] = []
        for start in stride(from: 0, to: items.count, by: 1_000) {
            opcodes.append(0x28)
            for part in items[start..<min(start + 1_000, items.count)].joined() { opcodes += self.opcodes(part) }
            opcodes.append(closing)
        }
        return opcodes
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
