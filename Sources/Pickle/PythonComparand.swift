/// A value that others are compared with, one after the other, by Python's `==`: as ``PickleValue`` does, but without building those that are
/// numbers or texts as nearly all are.
public struct PythonComparand: Sendable {
    /// The value that others are compared with.
    public let value: PickleValue
    private let text: SmallBytes?

    /// - Throws: `UnpicklingError` when the fragment cannot be read.
    public init(_ fragment: Fragment) throws(PythonException) {
        value = try fragment.pythonValue()
        text = if case .string(let text) = value { SmallBytes(Array(text.utf8)) } else { nil }
    }

    /// Whether Python's `==` says that the other is equal.
    ///
    /// - Throws: `UnpicklingError` when the fragment cannot be read.
    public func equals(_ other: Fragment) throws(PythonException) -> Bool {
        if let isEqual = equalAtOnce(other) { return isEqual }
        return try other.pythonValue() == value
    }

    /// What the opcodes say; `nil` when more is to be known.
    private func equalAtOnce(_ other: Fragment) -> Bool? {
        switch value {
        case .string:
            guard let text else { return nil }
            if let isEqual = other.withUnsafeText({ text.elementsEqual($0) }) { return isEqual }
            return other.read { $0.integer() != nil || $0.double() != nil ? false : nil }
        case .int(let number):
            if let other = other.int { return other == number }
        case .float(let number):
            if let other = other.read({ $0.double() }) { return other == number }
        default: return nil
        }
        return other.withUnsafeText { _ in false }
    }
}
