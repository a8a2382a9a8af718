/// How much one pickle may ask of its reader. Every limit is finite by default.
public struct PickleLimits: Hashable, Sendable {
    /// Bytes of one pickle.
    public var size: Int
    /// Nesting of containers in a value that is decoded. Fragments, which are not decoded, may nest deeper.
    public var depth: Int
    /// Entries of the memo, the table that PUT, MEMOIZE and GET use.
    public var memo: Int
    /// Decimal digits of one integer written as text (protocol 0's `INT` and `LONG`, and `repr`).
    public var integerDigits: Int

    public init(size: Int = 1 << 30, depth: Int = 1_000, memo: Int = 1 << 24, integerDigits: Int = 4_300) {
        self.size = size
        self.depth = depth
        self.memo = memo
        self.integerDigits = integerDigits
    }

    public static let `default` = PickleLimits()
}
