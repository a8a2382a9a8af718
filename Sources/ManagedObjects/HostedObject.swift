public import Pickle
import Synchronization

/// A managed object in its place on a server: behind a lock of its own, with its type erased.
public class HostedObject: @unchecked Sendable {
    // Proof: the class's own properties do not change, but for the fence, which has a lock; of its direct subclasses `Host` keeps what changes behind
    // a `Mutex`, and `ReturnedObject` does not change.
    private let methods: [String: HostedMethod]
    /// The type whose methods may be called.
    private let type: ObjectIdentifier
    /// The names that a proxy is told of.
    public let exposed: [String]
    private let fence = Fence()

    init(_ type: Any.Type, methods: [String: HostedMethod] = [:], exposed: [String] = []) {
        self.type = ObjectIdentifier(type)
        self.methods = methods
        self.exposed = exposed
    }

    /// Puts an object in its place.
    public static func hosting<Object: ManagedObject>(_ object: Object) -> HostedObject {
        StateMachineHost(object, object.methods)
    }

    /// The method of a name; `nil` when there is none.
    public final func method(_ name: String) -> HostedMethod? { methods[name] }

    /// Calls a method by name.
    ///
    /// - Parameters: as of the method itself.
    /// - Returns: `nil` when there is no such method.
    public final func call(
        _ name: String, _ arguments: Arguments, id: CallID, now: Timestamp, effects: inout Effects
    ) -> Outcome? {
        method(name).map { call($0, arguments, id: id, now: now, effects: &effects) }
    }

    /// Calls a method.
    ///
    /// - Parameters:
    ///   - method: one of this object's, or of another object of the same type.
    ///   - arguments: as they were sent.
    ///   - id: the call's name, while it waits.
    ///   - now: the time.
    ///   - effects: whom the call wakes.
    public final func call(
        _ method: HostedMethod, _ arguments: consuming Arguments, id: CallID, now: Timestamp, effects: inout Effects
    ) -> Outcome {
        precondition(method.type == type, "a method of another type")
        if !arguments.keywords.isEmpty, let token = arguments.fencingToken {
            let arguments = arguments.withoutFencingToken
            return fence.admit(token) { perform(method, arguments, id, now, &effects) }
        }
        return perform(method, arguments, id, now, &effects)
    }

    private func perform(
        _ method: HostedMethod, _ arguments: consuming Arguments, _ id: CallID, _ now: Timestamp, _ effects: inout Effects
    ) -> Outcome {
        do throws(PythonException) {
            if method.iterates { arguments = try arguments.readingProxies() }
            return try method.body(self, Call(id: id, now: now, bound: method.bind(arguments)), &effects)
        } catch {
            return .reply(.exception(error))
        }
    }

    /// Answers `__str__`, `__repr__` or `#GETVALUE`, which every object has (CPython's `fallback_mapping`).
    ///
    /// - Returns: `nil` when the name is none of these.
    public func fallback(_ method: String, python: PythonVersion, address: String) -> Reply? { nil }

    /// The whole object by value.
    ///
    /// - Throws: `TypeError` when it cannot be had by value.
    public func contents() throws(PythonException) -> Fragment { .none }

    /// Whether it takes so long to free it that others should not wait for that.
    public var isLarge: Bool { false }

    /// `str(object)`, for `debug_info`.
    public func summary(address: String) -> String { "" }

    public func timeOut(_ call: CallID, effects: inout Effects) -> Reply? { nil }
    @discardableResult
    public func cancel(_ call: CallID, effects: inout Effects) -> Bool { false }
    public func wake(effects: inout Effects) {}
    public func takeBack(_ answer: Answer, effects: inout Effects) {}
    public func end(_ session: SessionID, effects: inout Effects) {}
    public func isHeld(by session: SessionID) -> Bool { true }
    public var holders: [Holder] { [] }
}
