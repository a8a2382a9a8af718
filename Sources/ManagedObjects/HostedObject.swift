public import Pickle
import Synchronization

/// A managed object in its place on a server: behind a lock of its own, with its type erased.
public class HostedObject: @unchecked Sendable {
    // Proof: the class has no stored property, and of its direct subclasses `Host` keeps what changes behind a `Mutex`, and `ReturnedObject` does not change.

    /// What a call brings about.
    public struct Result: Sendable {
        public let outcome: Outcome
        /// Whether the caller now holds something of the object's.
        public let holds: Bool
    }

    init() {}

    /// Puts an object in its place.
    public static func hosting<Object: ManagedObject>(_ object: Object) -> HostedObject {
        StateMachineHost(object, Object.methods)
    }

    /// The names that a proxy is told of.
    public var exposed: [String] { [] }

    /// Calls a method by name.
    ///
    /// - Returns: `nil` when there is no such method.
    public func call(
        _ method: String, _ arguments: Arguments, id: CallID, now: Timestamp, effects: inout Effects
    ) -> Result? { nil }

    /// Answers `__str__`, `__repr__` or `#GETVALUE`, which every object has (CPython's `fallback_mapping`).
    ///
    /// - Returns: `nil` when the name is none of these.
    public func fallback(_ method: String, python: PythonVersion, address: String) -> Reply? { nil }

    /// The whole object by value.
    ///
    /// - Throws: `TypeError` when it cannot be had by value.
    public func contents() throws(PythonException) -> Fragment { .none }

    /// `str(object)`, for `debug_info`.
    public func summary(address: String) -> String { "" }

    public func timeOut(_ call: CallID, effects: inout Effects) -> Reply? { nil }
    @discardableResult
    public func cancel(_ call: CallID, effects: inout Effects) -> Bool { false }
    public func takeBack(_ answer: Answer, effects: inout Effects) {}
    public func end(_ session: SessionID, effects: inout Effects) {}
}
