import Pickle

/// The bytes are a pickle. What is cut out of it reads as the reader reads it in its place, alone, joined with others and written anew.
func fuzzFragments(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
    let whole = Result { () throws(PickleError) in try Unpickler().load(bytes) }
    try comparePlainCall(bytes, whole)
    var scanner = PickleScanner()
    guard let span = try scan(bytes, &scanner, whole) else { return }
    if let fragment = try cut(span, of: bytes, &scanner) {
        try compare(fragment, try? whole.get())
        try writeAnew(fragment)
    }
    try compareElements(of: span, of: bytes, &scanner, whole)
}

/// A call whose parts are found in one step has those that the reader reads.
private func comparePlainCall(_ bytes: UnsafeRawBufferPointer, _ whole: Result<PickleValue, PickleError>) throws(Finding) {
    guard let call = PlainCall(bytes) else { return }
    let found = call.arguments(of: bytes, in: nil)
    guard case .success(let value) = whole else {
        for fragment in found { _ = try? fragment.value() }
        return
    }
    guard case .tuple(let parts) = value, parts.count == 4, case .tuple(let arguments) = parts[2], case .dictionary(let keywords) = parts[3] else {
        throw Finding("what is no call is found to be a plain one")
    }
    try expect(arguments.count == found.count && keywords.isEmpty, "\(found.count) arguments are found of \(arguments.count)")
    for (fragment, argument) in zip(found, arguments) { try compare(fragment, argument) }
}

/// What reads as a pickle, the scanner may find irregular but not wrong.
private func scan(
    _ bytes: UnsafeRawBufferPointer, _ scanner: inout PickleScanner, _ whole: Result<PickleValue, PickleError>
) throws(Finding) -> PickleScanner.Span? {
    do throws(PickleError) {
        return try scanner.scan(bytes)
    } catch {
        if case .success = whole { throw Finding("the scanner refuses what can be read: \(error)") }
        return nil
    }
}

/// A value that is copied is what it is when it stays where it stands.
private func cut(_ span: PickleScanner.Span, of bytes: UnsafeRawBufferPointer, _ scanner: inout PickleScanner) throws(Finding) -> Fragment? {
    let copied = scanner.fragment(span, of: bytes)
    let kept = scanner.fragment(span, of: bytes, in: Array(bytes)[...])
    try expect(copied?.body.array == kept?.body.array, "a fragment that stays where it stands has other bytes")
    return copied
}

/// A fragment is the same value as in its place, or the same error.
private func compare(_ fragment: Fragment, _ expected: PickleValue?) throws(Finding) {
    let value = try? fragment.value()
    try expect((value == nil) == (expected == nil), "a fragment that \(value == nil ? "cannot" : "can") be read, unlike its place")
    if let value, let expected { try expect(written(value) == written(expected), "a fragment that reads otherwise than its place") }
}

private func compareElements(
    of span: PickleScanner.Span, of bytes: UnsafeRawBufferPointer, _ scanner: inout PickleScanner, _ whole: Result<PickleValue, PickleError>
) throws(Finding) {
    guard let spans = scanner.elements(of: span) else { return }
    var fragments: [Fragment?] = []
    for span in spans { fragments.append(try cut(span, of: bytes, &scanner)) }
    guard case .success(.tuple(let elements)) = whole else {
        for fragment in fragments { _ = try? fragment?.value() }
        return
    }
    try expect(elements.count == fragments.count, "\(fragments.count) parts are found of \(elements.count)")
    for case (let fragment?, let element) in zip(fragments, elements) { try compare(fragment, element) }
    try join(fragments.compactMap { $0 })
}

/// Values that stand one behind the other do not get in each other's way.
private func join(_ fragments: [Fragment]) throws(Finding) {
    let values = fragments.map { try? $0.value() }
    let joined = FragmentBuilder.list(fragments)
    guard joined.readers.lowest <= joined.readers.highest else { return }
    guard case .list(let elements)? = try? joined.value() else { throw Finding("fragments that cannot be read together") }
    try expect(elements.count == values.count, "\(values.count) fragments joined are \(elements.count) values")
    for (element, value) in zip(elements, values) { try expect(written(element) == value.flatMap { written($0) }, "a fragment that reads otherwise among others") }
}

/// What is written for another reader can be read, and is written for it in the same way again.
private func writeAnew(_ fragment: Fragment) throws(Finding) {
    for version in [PickleProtocol.v2, .v3, .v4, .v5] {
        guard let readable = try? fragment.readable(at: version) else { continue }
        try expect(readable.isReadable(at: version), "written for protocol \(version.rawValue), it is not readable there")
        guard let value = try? fragment.value() else { continue }
        guard let again = try? readable.value() else { throw Finding("written for protocol \(version.rawValue), it cannot be read") }
        try expect(written(again, version) == written(value, version), "written for protocol \(version.rawValue), it is another value")
    }
}

/// Bytes that are the same for values of the same parts with the same ones shared.
private func written(_ value: PickleValue, _ version: PickleProtocol = .v5) -> [UInt8]? { try? Pickler(version).dump(value) }
