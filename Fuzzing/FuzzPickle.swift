import Pickle

/// What libFuzzer calls with bytes of its own making: no bytes may trap, hang or take more than their share of memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPickle(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    let value = try? Unpickler().load(bytes)
    scan(bytes, value)
    if let value {
        check(value)
        if isShownSoon(bytes) { show(value) }
    }
    return 0
}

/// What the scanner cuts out must read as the whole does.
private func scan(_ bytes: UnsafeRawBufferPointer, _ whole: PickleValue?) {
    var scanner = PickleScanner()
    guard let span = try? scanner.scan(bytes) else { return }
    for part in scanner.elements(of: span) ?? [] { _ = try? scanner.fragment(part, of: bytes)?.value() }
    guard let whole, let fragment = scanner.fragment(span, of: bytes) else { return }
    guard let value = try? fragment.value() else { fatalError("a fragment that cannot be read") }
    precondition(written(value) == written(whole), "a fragment that reads otherwise than the whole")
}

/// What is written must read as what it was written from, and operations on values must come to an end.
private func check(_ value: PickleValue) {
    for version in [PickleProtocol.v2, .v3, .v4, .v5] {
        guard let first = try? Pickler(version).dump(value) else { continue }
        guard let again = try? Unpickler().load(first) else { fatalError("a pickle of ours that cannot be read") }
        // Written twice, for the first reading may turn a call into what it makes.
        let second = try? Pickler(version).dump(again)
        precondition(second.flatMap { try? Unpickler().load($0) }.flatMap { try? Pickler(version).dump($0) } == second, "no fixed point")
    }
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

private func written(_ value: PickleValue) -> [UInt8]? { try? Pickler(.v5).dump(value) }
