/// One value, still pickled: opcodes that push exactly it and that depend on nothing outside.
///
/// A fragment can be stored, put into any pickle, and read when someone must look inside. It holds no `PROTO`, `FRAME` or
/// `STOP`, and memo entries only where the value uses them itself, numbered from 0, so fragments are joined by writing one
/// behind the other.
public struct Fragment: Sendable {
    /// The opcodes.
    public let body: SmallBytes
    /// The lowest and the highest protocol whose readers understand the opcodes as they stand. A fragment whose lowest is
    /// above its highest, made from parts of Python 2 and Python 3, must be written anew for every reader.
    public let readers: (lowest: PickleProtocol, highest: PickleProtocol)

    /// Opcodes of a pickle that was written at a protocol.
    ///
    /// Python 3 does not understand Python 2's module names and byte strings, so what was written at protocol 2 or below
    /// stays with readers of protocol 2. (No Python 3 client of a manager writes below 3.)
    public init(_ body: UnsafeRawBufferPointer, from version: PickleProtocol) {
        self.body = SmallBytes(body)
        readers = Self.readers(of: version)
    }

    public init(_ body: [UInt8], from version: PickleProtocol) {
        self.body = SmallBytes(body)
        readers = Self.readers(of: version)
    }

    /// A part of a pickle's bytes. Where these may be kept, opcodes stay in them when they are many.
    init(_ range: Range<Int>, of bytes: UnsafeRawBufferPointer, in storage: ArraySlice<UInt8>?, from version: PickleProtocol) {
        body = storage.map { SmallBytes(partOf: $0, range) } ?? SmallBytes(UnsafeRawBufferPointer(rebasing: bytes[range]))
        readers = Self.readers(of: version)
    }

    /// Opcodes that every reader understands.
    public init(universal body: [UInt8]) {
        self.init(body: SmallBytes(body), lowest: .v0, highest: .v5)
    }

    init(body: SmallBytes, lowest: PickleProtocol, highest: PickleProtocol) {
        self.body = body
        readers = (lowest, highest)
    }

    static func readers(of version: PickleProtocol) -> (lowest: PickleProtocol, highest: PickleProtocol) {
        version > .v2 ? (version, .v5) : (version, .v2)
    }

    /// Whether a reader of pickles of this protocol understands the opcodes as they stand.
    public func isReadable(at version: PickleProtocol) -> Bool {
        readers.lowest <= version && version <= readers.highest
    }
}

// MARK: - Owners

extension Fragment {
    /// What must live as long as this value: it refers to objects outside it.
    public var owner: (any FragmentOwner)? { body.owner }

    /// The same value, which keeps the owner alive.
    public func owned(by owner: (any FragmentOwner)?) -> Fragment {
        guard let owner else { return self }
        return Fragment(body: body.owned(by: owner), lowest: readers.lowest, highest: readers.highest)
    }
}

// MARK: - Constants and numbers

extension Fragment {
    public static var none: Fragment { Fragment(body: SmallBytes(PickleOpcode.none.rawValue), lowest: .v0, highest: .v5) }
    public static var `true`: Fragment { Fragment(body: SmallBytes(PickleOpcode.newTrue.rawValue), lowest: .v2, highest: .v5) }
    public static var `false`: Fragment { Fragment(body: SmallBytes(PickleOpcode.newFalse.rawValue), lowest: .v2, highest: .v5) }
    public static var emptyDictionary: Fragment { Fragment(body: SmallBytes(PickleOpcode.emptyDict.rawValue), lowest: .v1, highest: .v5) }

    public init(_ value: Bool) {
        self = value ? .true : .false
    }

    public init(_ value: Int) {
        var output = PicklerOutput([])
        output.append(int: value)
        self.init(body: SmallBytes(output.bytes), lowest: .v2, highest: .v5)
    }

    /// The number, when the fragment is one `int` or `bool` that fits 64 bits.
    public var int: Int? {
        read { reader in reader.integer() ?? reader.bool().map { $0 ? 1 : 0 } }
    }

    /// What the reader finds, when it is the whole fragment.
    func read<Value>(_ body: (inout OpcodeReader) -> Value?) -> Value? {
        self.body.withUnsafeBytes { bytes in
            var reader = OpcodeReader(bytes)
            guard let value = body(&reader), reader.isAtEnd else { return nil }
            return value
        }
    }

    public var isNone: Bool { body.withUnsafeBytes { $0.count == 1 && $0[0] == PickleOpcode.none.rawValue } }

    /// The text's UTF-8, when the fragment is one `str` of at most 255 bytes as Python 3.8 and later write it, or of any
    /// length as Python 3.0 and later do.
    func withUnsafeText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        self.body.withUnsafeBytes { bytes in
            guard let opcode = bytes.first else { return nil }
            switch opcode {
            case PickleOpcode.shortBinUnicode.rawValue where bytes.count >= 2 && bytes.count == 2 + Int(bytes[1]):
                return body(UnsafeRawBufferPointer(rebasing: bytes[2...]))
            case PickleOpcode.binUnicode.rawValue where bytes.count >= 5
                && bytes.count == 5 + Int(bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self).littleEndian):
                return body(UnsafeRawBufferPointer(rebasing: bytes[5...]))
            default: return nil
            }
        }
    }
}

// MARK: - Reading and writing

extension Fragment {
    /// Pickles a value.
    public init(_ value: PickleValue, at version: PickleProtocol = .v4) throws(PickleError) {
        var body: [UInt8] = []
        try Pickler(version).appendBody(of: value, to: &body)
        self.init(body, from: version)
    }

    /// Reads the value.
    public func value(limits: PickleLimits = .default) throws(PickleError) -> PickleValue {
        try body.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(PickleError) -> PickleValue in
            try Unpickler(limits: limits).loadBody(bytes, from: readers.highest)
        }
    }

    /// The same value for a reader of pickles of this protocol.
    public func readable(at version: PickleProtocol) throws(PickleError) -> Fragment {
        isReadable(at: version) ? self : try Fragment(value(), at: version).owned(by: owner)
    }
}

// MARK: - Looking inside without reading

extension Fragment {
    /// The text, when the fragment is one `str` of Python 3, or one of Python 2 that is UTF-8.
    public var text: String? {
        read { $0.text() ?? $0.legacyText() }
    }
}
