/// A version of the pickle format, as `pickle.dumps(value, protocol)` takes it.
///
/// Source: CPython `Lib/pickletools.py`, PEP 307 (2), PEP 3154 (4), PEP 574 (5).
public struct PickleProtocol: RawRepresentable, Hashable, Comparable, Sendable {
    /// 0 to 5.
    public let rawValue: UInt8

    public init?(rawValue: UInt8) {
        guard rawValue <= 5 else { return nil }
        self.rawValue = rawValue
    }

    private init(_ number: UInt8) { rawValue = number }

    public static let v0 = PickleProtocol(0)
    public static let v1 = PickleProtocol(1)
    /// What Python 2.7 speaks. Pickles written at this protocol or below use Python 2's module names.
    public static let v2 = PickleProtocol(2)
    /// What Python 3.0 to 3.7 speak.
    public static let v3 = PickleProtocol(3)
    /// What Python 3.8 to 3.13 speak.
    public static let v4 = PickleProtocol(4)
    /// What Python 3.14 speaks; read since 3.8.
    public static let v5 = PickleProtocol(5)

    public static func < (left: PickleProtocol, right: PickleProtocol) -> Bool {
        left.rawValue < right.rawValue
    }
}
