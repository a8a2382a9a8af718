/// Whether the other side of a session has been silent for too long.
///
/// It is looked at from time to time, instead of a clock: a process that was stopped itself does not take the others' silence meanwhile for theirs.
public struct Silence: Sendable {
    /// How many looks there are in the time that a peer may be silent.
    public static let looks = 4

    private var hasHeard = true
    private var silentLooks = 0

    public init() {}

    /// Something has come.
    public mutating func end() { hasHeard = true }

    /// Looks whether something has come since the last look.
    ///
    /// - Returns: whether nothing has for too long.
    public mutating func look() -> Bool {
        silentLooks = hasHeard ? 0 : silentLooks + 1
        hasHeard = false
        return silentLooks >= Self.looks
    }
}
