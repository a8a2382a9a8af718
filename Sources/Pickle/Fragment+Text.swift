extension Fragment {
    /// A `str` of this program's own, in the kind of `str` that the reader's Python uses for its own texts.
    public init(text: String, at version: PickleProtocol) { self.init(utf8: text.utf8, at: version) }

    /// A `str` of this program's own, which may hold lone surrogates.
    public init(text: PythonText, at version: PickleProtocol) { self.init(utf8: text.utf8, at: version) }

    private init(utf8: some Collection<UInt8>, at version: PickleProtocol) {
        var output = PicklerOutput([])
        output.append(text: utf8, at: version)
        self.init(output.bytes, from: version)
    }
}

extension PicklerOutput {
    /// A `str` of this program's own: Python 2's for protocol 2 and below.
    mutating func append(text utf8: some Collection<UInt8>, at version: PickleProtocol) {
        let isShort = utf8.count < 256
        switch version {
        case ...PickleProtocol.v2 where isShort: append(.shortBinString, UInt8(utf8.count))
        case ...PickleProtocol.v2: append(.binString, UInt32(truncatingIfNeeded: utf8.count))
        case .v4... where isShort: append(.shortBinUnicode, UInt8(utf8.count))
        default: append(.binUnicode, UInt32(truncatingIfNeeded: utf8.count))
        }
        append(raw: utf8)
    }
}
