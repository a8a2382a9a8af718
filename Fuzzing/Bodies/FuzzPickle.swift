import Pickle

/// The bytes are a pickle. None may trap, hang or take more than their share of memory.
func fuzzPickle(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
    guard let value = try? Unpickler().load(bytes) else { return }
    try rewrite(value)
    use(value)
    if isShownSoon(bytes) { show(value) }
}

/// What is written must read as what it was written from.
private func rewrite(_ value: PickleValue) throws(Finding) {
    for version in [PickleProtocol.v2, .v3, .v4, .v5] {
        guard let first = try? Pickler(version).dump(value) else { continue }
        guard let again = try? Unpickler().load(first) else { throw Finding("a pickle of ours that cannot be read") }
        // Written twice, for the first reading may turn a call into what it makes.
        let second = try? Pickler(version).dump(again)
        let third = second.flatMap { try? Unpickler().load($0) }.flatMap { try? Pickler(version).dump($0) }
        try expect(second == third, "written again at \(version), it is another pickle")
    }
}

/// Operations on values must come to an end.
private func use(_ value: PickleValue) {
    _ = value.hashValue
    _ = value == value
    _ = try? PickleKey(value)
    _ = try? value.isLess(than: value)
}

private func show(_ value: PickleValue) {
    _ = try? value.pythonRepr()
    _ = try? value.pythonStr(python: .python2)
}

/// An object is shown as often as it is referred to, up to a text of 64 MB: with libFuzzer's instruments that takes half a minute.
private func isShownSoon(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count { "2ghj".utf8.contains($0) } < 16
}
