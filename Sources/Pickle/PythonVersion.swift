/// Which Python's texts and errors are meant, where versions differ: `u'a'` is 2.7's `repr`, `Empty()` of `_queue` that of 3.7.
public struct PythonVersion: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public let major: UInt8
    public let minor: UInt8

    public init(_ major: UInt8, _ minor: UInt8) {
        self.major = major
        self.minor = minor
    }

    /// CPython 2.7: `u'a'`, `set([1])`, `18446744073709551616L`.
    public static let python2 = PythonVersion(2, 7)
    /// The first of those that are called Python 3.
    public static let python3 = PythonVersion(3, 0)
    /// The newest CPython that is known here.
    public static let latest = PythonVersion(3, 14)

    public var isPython2: Bool { major < 3 }

    public static func < (left: PythonVersion, right: PythonVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    public var description: String { "\(major).\(minor)" }
}
