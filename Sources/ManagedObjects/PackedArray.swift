import Pickle

/// The items of an `array.array`, packed as CPython packs them on this kind of machine.
struct PackedArray: Sendable {
    let type: ArrayItemType
    private(set) var bytes: [UInt8] = []

    init(_ type: ArrayItemType) { self.type = type }

    /// - Parameter bytes: whole items.
    private init(_ type: ArrayItemType, bytes: [UInt8]) { (self.type, self.bytes) = (type, bytes) }

    var count: Int { bytes.count / type.size }

    func item(_ position: Int, _ python: PythonVersion) -> PickleValue {
        let start = position * type.size
        let bits = bytes[start..<start + type.size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return type.item(bits, python)
    }

    mutating func set(_ position: Int, _ value: PickleValue, _ python: PythonVersion) throws(PythonException) {
        let bits = try type.bits(value, python)
        for offset in 0..<type.size { bytes[position * type.size + offset] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * offset)) }
    }

    mutating func append(_ value: PickleValue, _ python: PythonVersion) throws(PythonException) {
        let bits = try type.bits(value, python)
        for offset in 0..<type.size { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * offset))) }
    }

    func items(_ slice: PythonSlice) -> PackedArray {
        if slice.step == 1 {
            let end = max(slice.start, slice.stop)
            return PackedArray(type, bytes: Array(bytes[slice.start * type.size..<end * type.size]))
        }
        return PackedArray(type, bytes: slice.positions.flatMap { bytes[$0 * type.size..<($0 + 1) * type.size] })
    }

    /// - Throws: `ValueError` when an extended slice names more or fewer positions than there are items.
    mutating func replace(_ slice: PythonSlice, with items: PackedArray) throws(PythonException) {
        let size = type.size
        if slice.step == 1 {
            bytes.replaceSubrange(slice.start * size..<max(slice.start, slice.stop) * size, with: items.bytes)
            return
        }
        if items.count == 0 {  // deletes, which a list does not do
            let removed = Set(slice.positions)
            bytes = (0..<count).filter { !removed.contains($0) }.flatMap { bytes[$0 * size..<($0 + 1) * size] }
            return
        }
        guard items.count == slice.count else {
            throw .valueError("attempt to assign array of size \(items.count) to extended slice of size \(slice.count)")
        }
        for (index, position) in slice.positions.enumerated() {
            bytes.replaceSubrange(position * size..<(position + 1) * size, with: items.bytes[index * size..<(index + 1) * size])
        }
    }
}

// MARK: - As a Python value

extension PackedArray {
    private static let array = PickleGlobal(module: "array", name: "array")
    private static let reconstructor = PickleGlobal(module: "array", name: "_array_reconstructor")

    /// `array.array(typecode, bytes)`, as `multiprocessing` pickles it; in Python 2 both are `str`.
    var pickleValue: PickleValue {
        .instance(PickleInstance(.global(Self.array), [.legacyString(Array(String(type.typecode).utf8)), .bytes(bytes)]))
    }

    /// The array that a value is; `nil` for any other value.
    init?(_ value: PickleValue) {
        guard case .instance(let instance) = value, let global = instance.global else { return nil }
        let arguments = instance.arguments
        switch global {
        case Self.array where arguments.count == 2: self.init(arguments[0], arguments[1])
        // The class, the type code, the machine's format, the bytes. Odd formats put the highest byte first.
        case Self.reconstructor where arguments.count == 4:
            guard case .int(let format) = arguments[2], format < 2 || format.isMultiple(of: 2) else { return nil }
            self.init(arguments[1], arguments[3])
        default: return nil
        }
    }

    private init?(_ typecode: PickleValue, _ contents: PickleValue) {
        guard let text = typecode.text, text.count == 1, let type = text.first.flatMap({ ArrayItemType(typecode: $0) }) else { return nil }
        self.init(type)
        switch contents {
        case .bytes(let bytes), .legacyString(let bytes):
            guard bytes.count.isMultiple(of: type.size) else { return nil }
            self.bytes = bytes
        case .list(let items):
            do {
                for item in items { try append(item, .latest) }
            } catch {
                return nil
            }
        default: return nil
        }
    }

    /// `array.array(typecode, initializer)`
    ///
    /// - Throws: what Python's raises.
    init(_ typecode: PickleValue, initializer: PickleValue, _ python: PythonVersion) throws(PythonException) {
        let character = try Self.character(typecode, python)
        let isText = switch initializer {
        case .string, .surrogateString: !python.isPython2
        default: false
        }
        if isText, !"uw".contains(character) {
            throw .typeError("cannot use a str to initialize an array with typecode '\(character)'")
        }
        let contents = try Contents(initializer, python)
        guard let type = ArrayItemType(typecode: character), type.isKnown(in: python) else {
            throw .valueError("bad typecode (must be \(python.isPython2 ? "c, b, B, u, h, H, i, I, l, L" : "b, B, u, h, H, i, I, l, L, q, Q"), f or d)")
        }
        self.init(type)
        switch contents {
        case .bytes(let bytes): try take(bytes, python)
        case .items(let items): for item in items { try append(item, python) }
        }
    }

    private static func character(_ typecode: PickleValue, _ python: PythonVersion) throws(PythonException) -> Character {
        if let text = typecode.text, text.unicodeScalars.count == 1, let character = text.first { return character }
        let wanted = python.isPython2 ? "or typecode must be char (string or ascii-unicode with length 1)" : "must be a unicode character"
        throw .typeError("array() argument 1 \(wanted), not \(typecode.typeTitle(python))")
    }

    /// What an array is made of.
    private enum Contents {
        case bytes([UInt8])
        case items([PickleValue])

        init(_ initializer: PickleValue, _ python: PythonVersion) throws(PythonException) {
            switch initializer {
            case .bytes(let bytes): self = .bytes(bytes)
            case .legacyString(let bytes) where python.isPython2: self = .bytes(bytes)
            case .byteArray(let array) where !python.isPython2: self = .bytes(array.bytes)
            default:
                if let array = PackedArray(initializer) {
                    self = .items(array.values(python))
                } else {
                    self = .items(try initializer.pythonIteration(python: python))
                }
            }
        }
    }

    private mutating func take(_ bytes: [UInt8], _ python: PythonVersion) throws(PythonException) {
        guard bytes.count.isMultiple(of: type.size) else {
            throw .valueError("\(python.isPython2 ? "string" : "bytes") length not a multiple of item size")
        }
        self.bytes = bytes
    }

    /// What `array.array(typecode, …)` would make it of: text for characters, else a list.
    func initializer(_ python: PythonVersion) -> PickleValue {
        let values = values(python)
        guard type.kind == .character else { return .list(PickleElements(values)) }
        return type.size == 1 ? .legacyString(bytes) : .string(values.compactMap(\.text).joined())
    }

    func values(_ python: PythonVersion) -> [PickleValue] { (0..<count).map { item($0, python) } }
}
