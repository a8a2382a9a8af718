/// Writes values as pickles of protocols 2 to 5: what `pickle.dumps` does.
///
/// An object that a value refers to twice is written once. Only opcodes of the protocol are used. Up to protocol 2 names are
/// Python 2's, and an `int` of 33 to 64 bits is written as Python 2 writes it (`INT`), so that it is no `long` there.
/// ``PickleValue/legacyString(_:)`` is Python 2's `str` at protocol 2; above it is a `str` where it is ASCII, else `bytes`.
///
/// ```swift
/// let bytes = try Pickler().dump(["sizes": [1, 2, 3]])
/// ```
public struct Pickler: Sendable {
    public var protocolVersion: PickleProtocol

    public init(_ protocolVersion: PickleProtocol = .v4) {
        self.protocolVersion = protocolVersion
    }

    /// A whole pickle, from `PROTO` to `STOP`.
    ///
    /// - Throws: ``PickleError/Reason/unrepresentable(_:)`` for protocols 0 and 1 and for values that the protocol has no form for.
    public func dump(_ value: PickleValue) throws(PickleError) -> [UInt8] {
        var bytes: [UInt8] = [PickleOpcode.proto.rawValue, protocolVersion.rawValue]
        try appendBody(of: value, to: &bytes)
        bytes.append(PickleOpcode.stop.rawValue)
        return bytes
    }

    /// The opcodes of one value, without `PROTO`, `FRAME` and `STOP`.
    ///
    /// Bodies may be put together in one pickle: memo indices count from 0 in each, and every `GET` follows its own `PUT`.
    ///
    /// - Throws: ``PickleError/Reason/unrepresentable(_:)``; nothing has then been appended.
    public func appendBody(of value: PickleValue, to bytes: inout [UInt8]) throws(PickleError) {
        guard protocolVersion >= .v2 else {
            throw PickleError(.unrepresentable("protocols 0 and 1 are read, not written"))
        }
        let start = bytes.count
        var writer = PicklerMachine(protocolVersion, exchange(&bytes, []))
        do {
            try writer.write(value)
        } catch {
            bytes = writer.output.bytes
            bytes.removeSubrange(start...)
            throw error
        }
        bytes = writer.output.bytes
    }
}
