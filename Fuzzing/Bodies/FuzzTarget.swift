/// What is fuzzed: each target is given bytes that nobody made sense of, and says what must hold for any.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Reading, writing, comparing and showing values.
    case pickle
    /// What is cut out of pickles, joined and written for other readers.
    case fragments
    /// The frames in a connection's bytes.
    case frames
    /// The handshake, from both ends.
    case handshake
    /// All that a connection's handler does.
    case session

    /// Runs the target once.
    ///
    /// - Parameter bytes: any bytes.
    /// - Throws: ``Finding`` when something does not hold.
    public func run(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
        switch self {
        case .pickle: try fuzzPickle(bytes)
        case .fragments: try fuzzFragments(bytes)
        case .frames: try fuzzFrames(bytes)
        case .handshake: try fuzzHandshake(bytes)
        case .session: try fuzzSession(bytes)
        }
    }
}

/// Something that should hold for any bytes, and does not for these.
public struct Finding: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// - Throws: ``Finding`` when the condition does not hold.
func expect(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(Finding) {
    guard condition else { throw Finding(otherwise()) }
}
