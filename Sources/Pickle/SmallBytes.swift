/// Bytes without an allocation of their own when there are at most 23.
///
/// Most keys, numbers and short strings fit, which is what makes a dictionary of a million small entries small: a text of 21 bytes does, such as
/// `user:4f2a9c81:session`.
public struct SmallBytes: Sendable {
    @usableFromInline
    enum Storage: Sendable {
        /// The bytes in memory order, the count in the last byte.
        case inline(UInt64, UInt64, UInt64)
        case heap([UInt8])
        case shared(SharedBytes)
    }

    @usableFromInline
    static let inlineCapacity = 23

    @usableFromInline
    let storage: Storage

    /// A copy of the bytes.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count <= Self.inlineCapacity else {
            storage = .heap(Array(bytes))
            return
        }
        storage = .inline(
            Self.word(bytes, at: 0), Self.word(bytes, at: 8), Self.word(bytes, at: 16) | (UInt64(bytes.count) << 56).littleEndian)
    }

    /// Up to eight bytes in memory order, and zeros where there are less. Loaded at once: what is written byte by byte is not had as a word
    /// without a wait.
    @inlinable @inline(__always)
    static func word(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        let rest = bytes.count - offset
        func load<Number: FixedWidthInteger>(_ offset: Int, _ type: Number.Type) -> UInt64 {
            UInt64(truncatingIfNeeded: Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type)))
        }
        let word = switch (rest, bytes.count) {
        case (...0, _): 0 as UInt64
        case (8..., _): load(offset, UInt64.self)
        // The last eight bytes, of which the upper are the rest.
        case (_, 8...): load(bytes.count - 8, UInt64.self) >> UInt64(8 * (8 - rest))
        // Twice as many as there are, at most: those in the middle are the same in both.
        case (_, 4...): load(0, UInt32.self) | load(rest - 4, UInt32.self) << UInt64(8 * (rest - 4))
        case (_, 2...): load(0, UInt16.self) | load(rest - 2, UInt16.self) << UInt64(8 * (rest - 2))
        default: load(0, UInt8.self)
        }
        return word.littleEndian
    }

    /// A single byte.
    @inlinable
    init(_ byte: UInt8) { storage = .inline(UInt64(byte).littleEndian, 0, (1 << 56 as UInt64).littleEndian) }

    @inlinable
    public init(_ bytes: [UInt8]) {
        if bytes.count > Self.inlineCapacity {
            storage = .heap(bytes)
        } else {
            self = bytes.withUnsafeBytes { SmallBytes($0) }
        }
    }

    /// Calls `body` with the bytes, which are valid only during the call.
    @inlinable @inline(__always)
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch storage {
        case .heap(let bytes):
            return try bytes.withUnsafeBufferPointer { (all) throws(Failure) in try body(UnsafeRawBufferPointer(all)) }
        case .shared(let shared):
            return try shared.bytes.withUnsafeBufferPointer { (all) throws(Failure) in try body(UnsafeRawBufferPointer(all)) }
        case .inline(let low, let middle, let high):
            let words = (low, middle, high)
            return try Swift.withUnsafeBytes(of: words) { (all: UnsafeRawBufferPointer) throws(Failure) -> Result in
                let count = Int(all[Self.inlineCapacity])
                return try body(UnsafeRawBufferPointer(rebasing: all[..<count]))
            }
        }
    }

    @inlinable
    public var count: Int {
        switch storage {
        case .inline(_, _, let high): Int(UInt64(littleEndian: high) >> 56)
        case .heap(let bytes): bytes.count
        case .shared(let shared): shared.bytes.count
        }
    }

    /// Copies the bytes into memory that has room for them. Where there is more room, something may be written behind them.
    ///
    /// - Parameters:
    ///   - target: the memory.
    ///   - offset: where they begin there.
    /// - Returns: where they end.
    @inlinable
    public func copy(to target: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        if case .inline(let low, let middle, let high) = storage, target.count - offset >= MemoryLayout<(UInt64, UInt64, UInt64)>.size {
            target.storeBytes(of: low, toByteOffset: offset, as: UInt64.self)
            target.storeBytes(of: middle, toByteOffset: offset + 8, as: UInt64.self)
            target.storeBytes(of: high, toByteOffset: offset + 16, as: UInt64.self)
            return offset + count
        }
        return withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: bytes)
            return offset + bytes.count
        }
    }

    func elementsEqual(_ other: UnsafeRawBufferPointer) -> Bool {
        withUnsafeBytes { bytes in
            guard bytes.count == other.count else { return false }
            // Word by word: as a sequence of bytes it takes ten times as long.
            var offset = 0
            while offset + 8 <= bytes.count {
                guard bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                else { return false }
                offset += 8
            }
            while offset < bytes.count {
                guard bytes[offset] == other[offset] else { return false }
                offset += 1
            }
            return true
        }
    }

    /// The bytes as an array.
    public var array: [UInt8] {
        switch storage {
        case .inline: withUnsafeBytes { Array($0) }
        case .heap(let bytes): bytes
        case .shared(let shared): Array(shared.bytes)
        }
    }
}

/// What must live as long as a value does: the objects that a value's proxies refer to.
public protocol FragmentOwner: AnyObject, Sendable {
    /// The owner of a part of the value; `nil` when the part needs none.
    func owner(ofPart value: PickleValue) -> (any FragmentOwner)?
}

/// Bytes that are a part of others, or that must live together with something.
@usableFromInline
final class SharedBytes: Sendable {
    @usableFromInline
    let bytes: ArraySlice<UInt8>
    let owner: (any FragmentOwner)?

    init(_ bytes: ArraySlice<UInt8>, _ owner: (any FragmentOwner)?) {
        self.bytes = bytes
        self.owner = owner
    }
}

extension SmallBytes {
    /// A part of a larger whole, which stays in memory as long as the part does.
    ///
    /// Few bytes are copied, and so are those that are the lesser part of what they would keep.
    ///
    /// - Parameter range: counted from the start of the whole.
    init(partOf whole: ArraySlice<UInt8>, _ range: Range<Int>) {
        let part = whole.dropFirst(range.lowerBound).prefix(range.count)
        guard part.count > Self.largestCopy, 2 * part.count > whole.count else {
            self = part.withUnsafeBytes { SmallBytes($0) }
            return
        }
        self.init(.shared(SharedBytes(part, nil)))
    }

    private static let largestCopy = 1 << 16

    /// The same bytes, which keep the owner alive.
    func owned(by owner: any FragmentOwner) -> SmallBytes {
        if case .shared(let shared) = storage { return SmallBytes(.shared(SharedBytes(shared.bytes, owner))) }
        return SmallBytes(.shared(SharedBytes(array[...], owner)))
    }

    var owner: (any FragmentOwner)? {
        if case .shared(let shared) = storage { shared.owner } else { nil }
    }

    private init(_ storage: Storage) { self.storage = storage }
}

extension SmallBytes: Hashable {
    /// Few bytes are always inline, so the inline form never equals another.
    public static func == (left: SmallBytes, right: SmallBytes) -> Bool {
        switch (left.storage, right.storage) {
        case (.inline(let a, let b, let c), .inline(let d, let e, let f)): a == d && b == e && c == f
        case (.inline, _), (_, .inline): false
        default: right.withUnsafeBytes { left.elementsEqual($0) }
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch storage {
        case .inline(let low, let middle, let high):
            hasher.combine(low)
            hasher.combine(middle)
            hasher.combine(high)
        case .heap, .shared: withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    /// As a `SmallBytes` of the bytes does it, which is not made when they are many.
    static func hash(_ bytes: UnsafeRawBufferPointer, into hasher: inout Hasher) {
        if bytes.count <= inlineCapacity { SmallBytes(bytes).hash(into: &hasher) } else { hasher.combine(bytes: bytes) }
    }
}
