extension Fragment {
    /// A `str` of this program's own, in the kind of `str` that the reader's Python uses for its own texts.
    public init(text: String, at version: PickleProtocol) { self.init(text: PythonText(text), at: version) }

    /// A `str` of this program's own, which may hold lone surrogates.
    public init(text: PythonText, at version: PickleProtocol) {
        let utf8 = text.utf8
        let length = withUnsafeBytes(of: UInt32(truncatingIfNeeded: utf8.count).littleEndian) { Array($0) }
        switch (version, utf8.count) {
        case (...PickleProtocol.v2, ..<256): self.init([0x55, UInt8(utf8.count)] + utf8, from: version)
        case (...PickleProtocol.v2, _): self.init([0x54] + length + utf8, from: version)
        case (.v4..., ..<256): self.init([0x8c, UInt8(utf8.count)] + utf8, from: version)
        default: self.init([0x58] + length + utf8, from: version)
        }
    }
}
