/// Reads values in the forms that picklers give them as a rule: numbers, text, bytes, lists of these. Any other form, a memo's `GET`
/// for example, is left to ``Unpickler``: the methods then give `nil`.
struct OpcodeReader {
    // Not as a buffer, which may be none at all: that would be asked at each look.
    private let start: UnsafeRawPointer
    private let count: Int
    /// Where the next opcode stands.
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        // Where there are no bytes, nothing is read from the address.
        start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
    }

    var isAtEnd: Bool { offset == count }

    /// - Parameter offset: below the count.
    private func byte(at offset: Int) -> UInt8 { start.load(fromByteOffset: offset, as: UInt8.self) }

    /// Steps over an opcode without an argument, when it is the next.
    @inline(__always)
    mutating func take(_ opcode: PickleOpcode) -> Bool {
        guard offset < count, byte(at: offset) == opcode.rawValue else { return false }
        offset += 1
        return true
    }

    /// Steps over an opcode without an argument and what puts its value into the memo, when it is the next.
    @inline(__always)
    mutating func takeMemoized(_ opcode: PickleOpcode) -> Bool {
        guard take(opcode) else { return false }
        skipMemoization()
        return true
    }

    /// A number of a known width that follows the opcode, lowest byte first.
    @inline(__always)
    private func argument<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) -> Number? {
        guard count - offset - 1 >= MemoryLayout<Number>.size else { return nil }
        return Number(littleEndian: start.loadUnaligned(fromByteOffset: offset + 1, as: type))
    }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Int? {
        guard let number = argument(type) else { return nil }
        offset += 1 + MemoryLayout<Number>.size
        return Int(number)
    }

    private var opcode: UInt8 { offset < count ? byte(at: offset) : PickleOpcode.stop.rawValue }
}

// MARK: - Around values

extension OpcodeReader {
    /// Steps over `PROTO`, and over `FRAME` when that is next.
    ///
    /// - Returns: the protocol; `nil` when that is not known, or the frame ends behind the bytes.
    mutating func opening() -> PickleProtocol? {
        guard opcode == PickleOpcode.proto.rawValue, let version = argument(UInt8.self).flatMap(PickleProtocol.init(rawValue:)) else { return nil }
        offset += 2
        if opcode == PickleOpcode.frame.rawValue {
            guard let length = argument(UInt64.self) else { return nil }
            offset += 9
            guard length <= UInt64(count - offset) else { return nil }
        }
        return version
    }

    /// Steps over what puts the value before it into the memo.
    @inline(__always)
    mutating func skipMemoization() {
        switch opcode {
        case PickleOpcode.memoize.rawValue: offset += 1
        case PickleOpcode.binPut.rawValue: _ = number(UInt8.self)
        case PickleOpcode.longBinPut.rawValue: _ = number(UInt32.self)
        default: break
        }
    }
}

// MARK: - Atoms

extension OpcodeReader {
    /// Steps over a value of one opcode, and what puts it into the memo.
    ///
    /// - Returns: where the opcode stands with its argument.
    mutating func atom() -> Range<Int>? {
        let length: Int?
        switch opcode {
        case PickleOpcode.none.rawValue, PickleOpcode.newTrue.rawValue, PickleOpcode.newFalse.rawValue, PickleOpcode.emptyList.rawValue,
            PickleOpcode.emptyDict.rawValue, PickleOpcode.emptySet.rawValue:
            length = 1
        case PickleOpcode.binInt1.rawValue: length = 2
        case PickleOpcode.binInt2.rawValue: length = 3
        case PickleOpcode.binInt.rawValue: length = 5
        case PickleOpcode.binFloat.rawValue: length = 9
        case PickleOpcode.long1.rawValue, PickleOpcode.shortBinUnicode.rawValue, PickleOpcode.shortBinBytes.rawValue,
            PickleOpcode.shortBinString.rawValue:
            length = argument(UInt8.self).map { 2 + Int($0) }
        case PickleOpcode.binUnicode.rawValue, PickleOpcode.binBytes.rawValue, PickleOpcode.binString.rawValue:
            length = argument(UInt32.self).map { 5 + Int($0) }
        default: length = nil
        }
        guard let length, length <= count - offset else { return nil }
        let range = offset..<offset + length
        offset = range.upperBound
        skipMemoization()
        return range
    }

    /// An `int` that fits 64 bits.
    mutating func integer() -> Int? {
        switch opcode {
        case PickleOpcode.binInt1.rawValue: number(UInt8.self)
        case PickleOpcode.binInt2.rawValue: number(UInt16.self)
        case PickleOpcode.binInt.rawValue: number(Int32.self)
        case PickleOpcode.long1.rawValue: long()
        default: nil
        }
    }

    private mutating func long() -> Int? {
        guard let length = argument(UInt8.self).map(Int.init), length <= 8, count - offset - 2 >= length else { return nil }
        defer { offset += 2 + length }
        guard length > 0 else { return 0 }
        var bits: UInt64 = 0
        for place in 0..<length { bits |= UInt64(byte(at: offset + 2 + place)) << UInt64(8 * place) }
        // Shifted up and down again, the sign fills the bits above the number.
        let unused = UInt64(64 - 8 * length)
        return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
    }

    mutating func bool() -> Bool? {
        take(.newTrue) ? true : take(.newFalse) ? false : nil
    }

    /// A `float`, or an `int` as the nearest one.
    mutating func double() -> Double? {
        guard opcode == PickleOpcode.binFloat.rawValue else { return integer().map(Double.init) }
        guard let bits = argument(UInt64.self) else { return nil }
        offset += 9
        return Double(bitPattern: bits.byteSwapped)
    }

    /// A `str` without lone surrogates.
    mutating func text() -> String? {
        counted(.shortBinUnicode, .binUnicode, PickleText.string)
    }

    /// A `str` of Python 2 that is UTF-8.
    mutating func legacyText() -> String? {
        counted(.shortBinString, .binString, PickleText.string)
    }

    /// `bytes`
    mutating func byteString() -> [UInt8]? {
        counted(.shortBinBytes, .binBytes) { Array($0) }
    }

    private mutating func counted<Value>(
        _ short: PickleOpcode, _ medium: PickleOpcode, _ make: (UnsafeRawBufferPointer) -> Value?
    ) -> Value? {
        let (length, width): (Int?, Int)
        switch opcode {
        case short.rawValue: (length, width) = (argument(UInt8.self).map(Int.init), 1)
        case medium.rawValue: (length, width) = (argument(UInt32.self).map(Int.init), 4)
        default: return nil
        }
        let first = offset + 1 + width
        guard let length, count - first >= length else { return nil }
        offset = first + length
        return make(UnsafeRawBufferPointer(start: start + first, count: length))
    }
}

// MARK: - Containers

extension OpcodeReader {
    /// A `list` whose elements are none, up to the end of the bytes.
    mutating func list<Element>(_ element: (inout OpcodeReader) -> Element?) -> [Element]? {
        take(.emptyList) ? elements(.appends, one: .append, element) : nil
    }

    /// A `set`, up to the end of the bytes.
    mutating func set<Element>(_ element: (inout OpcodeReader) -> Element?) -> [Element]? {
        take(.emptySet) ? elements(.addItems, one: nil, element) : nil
    }

    /// Picklers write batches, and for itself an element of a list that is the only one of its batch.
    private mutating func elements<Element>(
        _ many: PickleOpcode, one: PickleOpcode?, _ element: (inout OpcodeReader) -> Element?
    ) -> [Element]? {
        var elements: [Element] = []
        while !isAtEnd {
            if take(.mark) {
                repeat {
                    guard let next = element(&self) else { return nil }
                    elements.append(next)
                } while !take(many)
            } else {
                guard let one, let next = element(&self), take(one) else { return nil }
                elements.append(next)
            }
        }
        return elements
    }

    /// A `tuple` of two.
    mutating func pair<First, Second>(
        _ first: (inout OpcodeReader) -> First?, _ second: (inout OpcodeReader) -> Second?
    ) -> (First, Second)? {
        guard let one = first(&self), let other = second(&self), take(.tuple2) else { return nil }
        return (one, other)
    }
}
