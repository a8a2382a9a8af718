// How values without children are written. Sources: CPython `Lib/pickle.py`, the `save_…` methods.
extension PicklerMachine {
    mutating func writeAtom(_ value: PickleValue) throws(PickleError) {
        switch value {
        case .none: output.append(.none)
        case .bool(let value): output.append(value ? .newTrue : .newFalse)
        case .int(let value): writeInt(value)
        case .bigInt(let value): try writeLong(value.bytes)
        case .float(let value): output.append(.binFloat, value.bitPattern.byteSwapped)
        case .string(let text): try writeText(text.utf8)
        case .surrogateString(let bytes): try writeText(bytes)
        case .legacyString(let bytes): try writeLegacyString(bytes)
        case .bytes(let bytes): try writeBytes(bytes)
        case .global(let global): try writeGlobal(global)
        case .extensionCode(let code): try writeExtension(code)
        case .byteArray, .tuple, .list, .set, .frozenSet, .dictionary, .instance, .persistent:
            throw PickleError(.unrepresentable("a container where none can stand"))
        }
    }

    /// Beyond 32 bits, protocol 2 has text, as Python 2 writes it: `LONG1` would be read as a `long`.
    private mutating func writeInt(_ value: Int) {
        if version < .v3, Int32(exactly: value) == nil {
            output.append(.int, line: String(value))
        } else {
            output.append(int: value)
        }
    }

    private mutating func writeLong(_ bytes: [UInt8]) throws(PickleError) {
        if let count = UInt8(exactly: bytes.count) {
            output.append(.long1, count)
        } else if let count = Int32(exactly: bytes.count) {
            output.append(.long4, count)
        } else {
            throw PickleError(.unrepresentable("an int of \(bytes.count) bytes"))
        }
        output.append(raw: bytes)
    }

    mutating func writeText(_ utf8: some Collection<UInt8>) throws(PickleError) {
        let isNew = version >= .v4
        try output.append(
            utf8, short: isNew ? .shortBinUnicode : nil, .binUnicode, long: isNew ? .binUnicode8 : nil)
    }

    private mutating func writeLegacyString(_ bytes: [UInt8]) throws(PickleError) {
        if version < .v3 {
            try output.append(bytes, short: .shortBinString, .binString, long: nil)
        } else if bytes.allSatisfy({ $0 < 0x80 }) {
            try writeText(bytes)
        } else {
            try writeBytes(bytes)
        }
    }

    private mutating func writeBytes(_ bytes: [UInt8]) throws(PickleError) {
        if version >= .v3 {
            try output.append(bytes, short: .shortBinBytes, .binBytes, long: version >= .v4 ? .binBytes8 : nil)
        } else if bytes.isEmpty {
            try writeCall("builtins", "bytes")
        } else {
            try writeCall("_codecs", "encode", latin1: bytes, codec: "latin1")
        }
    }

    mutating func writeByteArray(_ bytes: [UInt8]) throws(PickleError) {
        if version >= .v5 {
            output.append(.byteArray8, UInt64(bytes.count))
            output.append(raw: bytes)
        } else if bytes.isEmpty {
            try writeCall("builtins", "bytearray")
        } else if version >= .v3 {
            try writeGlobal(PickleGlobal(module: "builtins", name: "bytearray"))
            try writeBytes(bytes)
            output.append(.tuple1)
            output.append(.reduce)
        } else {
            try writeCall("builtins", "bytearray", latin1: bytes, codec: "latin-1")
        }
    }

    /// `callable()`
    private mutating func writeCall(_ module: String, _ name: String) throws(PickleError) {
        try writeGlobal(PickleGlobal(module: module, name: name))
        output.append(.emptyTuple)
        output.append(.reduce)
    }

    /// `callable(text, codec)`: how protocol 2 carries bytes.
    private mutating func writeCall(
        _ module: String, _ name: String, latin1 bytes: [UInt8], codec: String
    ) throws(PickleError) {
        try writeGlobal(PickleGlobal(module: module, name: name))
        try writeText(PickleText.utf8(latin1: bytes))
        try writeText(codec.utf8)
        output.append(.tuple2)
        output.append(.reduce)
    }

    mutating func writeGlobal(_ global: PickleGlobal) throws(PickleError) {
        let global = version < .v3 ? PythonNames.python2(global) : PythonNames.python3(global)
        if version >= .v4 {
            try writeText(global.module.utf8)
            try writeText(global.name.utf8)
            output.append(.stackGlobal)
        } else if global.name.utf8.contains(UInt8(ascii: ".")) {
            try writeNestedGlobal(global)
        } else {
            try writeLines(global)
        }
    }

    private mutating func writeLines(_ global: PickleGlobal) throws(PickleError) {
        guard !global.module.utf8.contains(0x0a), !global.name.utf8.contains(0x0a) else {
            throw PickleError(.unrepresentable("a global whose name has a line break"))
        }
        output.append(.global, line: global.module)
        output.append(raw: Array(global.name.utf8) + [0x0a])
    }

    /// `getattr(outer, 'inner')`, for before protocol 4 a global's name is looked up as it stands.
    private mutating func writeNestedGlobal(_ global: PickleGlobal) throws(PickleError) {
        let names = global.name.split(separator: ".", omittingEmptySubsequences: false)
        guard names.count <= 100 else { throw PickleError(.unrepresentable("a class inside of \(names.count - 1) classes")) }
        for _ in names.dropFirst() { try writeGlobal(PickleGlobal(module: "builtins", name: "getattr")) }
        try writeGlobal(PickleGlobal(module: global.module, name: String(names[0])))
        for name in names.dropFirst() {
            try writeText(name.utf8)
            output.append(.tuple2)
            output.append(.reduce)
        }
    }

    private mutating func writeExtension(_ code: Int) throws(PickleError) {
        guard code > 0, let wide = Int32(exactly: code) else {
            throw PickleError(.unrepresentable("the extension code \(code)"))
        }
        if let code = UInt8(exactly: code) {
            output.append(.ext1, code)
        } else if let code = UInt16(exactly: code) {
            output.append(.ext2, code)
        } else {
            output.append(.ext4, wide)
        }
    }
}
