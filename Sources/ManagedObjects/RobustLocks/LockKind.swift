/// What a robust lock is like.
public struct LockKind: Hashable, Sendable {
    /// `Lock`, `RLock` or `Semaphore`.
    let name: String
    /// How many may hold it at a time.
    let capacity: Int
    /// Whether its holder may acquire it again.
    let isReentrant: Bool

    /// One session holds it.
    public static let lock = LockKind(name: "Lock", capacity: 1, isReentrant: false)
    /// One session holds it, and may acquire it again.
    public static let rlock = LockKind(name: "RLock", capacity: 1, isReentrant: true)
    /// So many hold it at a time.
    ///
    /// - Parameter value: 1 or more.
    public static func semaphore(_ value: Int) -> LockKind { LockKind(name: "Semaphore", capacity: value, isReentrant: false) }
}
