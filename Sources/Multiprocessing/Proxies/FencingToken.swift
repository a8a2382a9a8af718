import ManagedObjects
import Pickle

/// The number of one acquisition of a robust lock. Those of one server only grow, whichever lock they are of.
public struct FencingToken: RawRepresentable, Hashable, Comparable, Codable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    init(_ rawValue: Int) { self.rawValue = rawValue }

    public static func < (left: FencingToken, right: FencingToken) -> Bool { left.rawValue < right.rawValue }

    /// As an argument of a call.
    var keyword: (name: String, value: Fragment) { (Arguments.fencingTokenKeyword, Fragment(rawValue)) }
}

extension Proxy {
    /// The same object, each of whose methods is called with a fencing token: once the object has seen a higher one, it refuses the call.
    ///
    /// So one who has lost a lock without noticing, because its connection was cut or it slept too long, does no harm to what the lock protects:
    ///
    /// <!-- given: lock: LockProxy, accounts: DictionaryProxy<String, Int> -->
    /// ```swift
    /// try await lock.withLock { holding in
    ///     let accounts = accounts.fenced(by: holding.token)
    ///     try await accounts.increment("shop", by: 5)
    /// }
    /// ```
    ///
    /// The token is looked at when the call is made, also of one that then waits. Texts and whole values (`repr()`, `value()`) and leases of queues carry
    /// none, and neither does a proxy that is sent to another process. CPython's servers have no tokens, and no robust locks that give any.
    ///
    /// - Parameter token: that of the lock which protects the object. Of one object all must come from one lock.
    /// - Throws: the calls, a ``RemoteError`` that ``RemoteError/isStaleFencingToken``; nothing has been done then.
    public func fenced(by token: FencingToken) -> Self {
        var object = object
        object.fencingToken = token
        return Self(object: object)
    }
}
