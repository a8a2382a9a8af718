public import Pickle
import Synchronization

/// A managed object in its place on a server: behind a lock of its own, with its type erased.
///
/// Calls of one object happen one after the other; calls of different objects, on different threads, side by side.
public class HostedObject: @unchecked Sendable {
    // Proof: the class has no stored property, and its only subclass keeps what changes behind a `Mutex`.

    /// What a call brings about.
    public struct Result: Sendable {
        public let outcome: Outcome
        /// Whether the caller now holds something of the object's.
        public let holds: Bool
    }

    fileprivate init() {}

    /// Puts an object in its place.
    public static func hosting<Object: ManagedObject>(_ object: Object) -> HostedObject {
        Host(object)
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

private final class Host<Object: ManagedObject>: HostedObject, @unchecked Sendable {
    private let state: Mutex<Object>
    private let methods = Object.methods

    init(_ object: Object) {
        state = Mutex(object)
        super.init()
    }

    override var exposed: [String] { methods.exposed }

    override func call(
        _ name: String, _ arguments: Arguments, id: CallID, now: Timestamp, effects: inout Effects
    ) -> Result? {
        guard let method = methods.byName[name] else { return nil }
        do throws(PythonException) {
            let arguments = try method.iterates ? arguments.readingProxies() : arguments
            let bound = try method.bind(arguments)
            let call = Call(id: id, now: now, sent: arguments, bound: bound)
            let outcome = try state.withLock { (object) throws(PythonException) in try method.body(&object, call, &effects) }
            return Result(outcome: outcome, holds: method.holds)
        } catch {
            return Result(outcome: .reply(.exception(error)), holds: false)
        }
    }

    override func fallback(_ method: String, python: PythonVersion, address: String) -> Reply? {
        do throws(PythonException) {
            switch method {
            case "__str__": return .text(try state.withLock { (object) throws(PythonException) in try object.str(python: python, address: address) })
            case "__repr__": return .text(try state.withLock { (object) throws(PythonException) in try object.repr(python: python, address: address) })
            case "#GETVALUE" where Object.unpicklablePart != nil: return .unserializable(Object.notPicklable(python))
            case "#GETVALUE": return .value(try contents())
            default: return nil
            }
        } catch {
            return .exception(error)
        }
    }

    override func contents() throws(PythonException) -> Fragment {
        try state.withLock { (object) throws(PythonException) in try object.value() }
    }

    override func summary(address: String) -> String {
        state.withLock { (try? $0.str(python: .latest, address: address).string) ?? "<\(Object.self)>" }
    }

    override func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        state.withLock { $0.timeOut(call, effects: &effects) }
    }

    override func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        state.withLock { $0.cancel(call, effects: &effects) }
    }

    override func takeBack(_ answer: Answer, effects: inout Effects) {
        state.withLock { $0.takeBack(answer, effects: &effects) }
    }

    override func end(_ session: SessionID, effects: inout Effects) {
        state.withLock { $0.end(session, effects: &effects) }
    }
}
