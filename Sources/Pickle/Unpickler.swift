/// Reads pickles of protocols 0 to 5 as data: what `pickle.loads` does, without calling anything.
///
/// Identity is kept: an object that the pickle refers to twice is one object in the value, and a list may contain itself.
/// Python 2's module and class names are given as Python 3's, where there is one for each. The reductions by which protocols 0
/// to 3 carry `bytes`, `bytearray`, `set` and `frozenset` are recognised and read as those values. The entries of a dict and
/// the elements of a set are kept as they are written, also when two keys are equal (CPython would keep the last) or when
/// Python could not hash them.
///
/// ```swift
/// let value = try Unpickler().load([0x80, 0x04, 0x4b, 0x2a, 0x2e])   // 42
/// ```
public struct Unpickler: Sendable {
    public var limits: PickleLimits

    public init(limits: PickleLimits = .default) {
        self.limits = limits
    }

    /// Reads one pickle up to its `STOP`; bytes after it are passed over, as `pickle.loads` does.
    ///
    /// - Throws: ``PickleError``, for any bytes that are not a pickle or pass a limit. Never traps.
    public func load(_ bytes: [UInt8]) throws(PickleError) -> PickleValue {
        try bytes.withUnsafeBufferPointer { (buffer) throws(PickleError) in try load(UnsafeRawBufferPointer(buffer)) }
    }

    /// Reads one pickle up to its `STOP`; bytes after it are passed over.
    public func load(_ bytes: UnsafeRawBufferPointer) throws(PickleError) -> PickleValue {
        var machine = UnpicklerMachine(bytes, limits, .v0)
        try machine.checkSize(of: bytes)
        repeat {} while try machine.step() == .more
        return try machine.finish()
    }

    /// Reads a pickle without `PROTO` and `STOP`, which ends where the bytes end and leaves one value.
    ///
    /// - Parameters:
    ///   - bytes: the opcodes.
    ///   - version: the protocol that they were written at: up to 2, names are Python 2's.
    /// - Throws: ``PickleError``; also when a `STOP` occurs, or when not exactly one value is left.
    public func loadBody(_ bytes: UnsafeRawBufferPointer, from version: PickleProtocol) throws(PickleError) -> PickleValue {
        var machine = UnpicklerMachine(bytes, limits, version)
        try machine.checkSize(of: bytes)
        while !machine.reader.isAtEnd {
            guard try machine.step() == .more else {
                throw machine.reader.failure(.malformedArgument("STOP inside a pickle's body"))
            }
        }
        return try machine.finish()
    }
}
