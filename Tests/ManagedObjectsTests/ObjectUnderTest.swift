import ManagedObjects
import Pickle
import Testing

/// A managed object, called without a server: what each call answers, and whom it wakes.
struct ObjectUnderTest {
    let object: HostedObject
    private let counter = Counter()

    private final class Counter { var last: UInt64 = 0 }

    init(_ object: some ManagedObject) { self.object = .hosting(object) }

    struct Called {
        let id: CallID
        let outcome: Outcome
        let woken: [Answer]
        /// When the object has asked to be woken.
        let wakeUp: Timestamp?

        /// The value that was returned at once.
        func value() throws -> PickleValue {
            guard case .reply(.value(let fragment)) = outcome else { throw Unexpected(outcome: outcome) }
            return try fragment.value()
        }

        var exception: PythonException? {
            if case .reply(.exception(let exception)) = outcome { exception } else { nil }
        }

        /// What cannot be sent as a value, and why.
        var unserializable: PythonException? {
            if case .reply(.unserializable(let exception)) = outcome { exception } else { nil }
        }

        var deadline: Timestamp?? {
            if case .waits(let until) = outcome { until } else { nil }
        }

        var waits: Bool {
            if case .waits = outcome { true } else { false }
        }
    }

    struct Unexpected: Error { let outcome: Outcome }

    func call(
        _ method: String, _ arguments: PickleValue..., session: UInt64 = 1, at now: Int64 = 0, python: PythonVersion = .latest
    ) throws -> Called {
        try call(method, positional: arguments, session: session, at: now, python: python)
    }

    func call(
        _ method: String, positional: [PickleValue], keywords: [(String, PickleValue)] = [], session: UInt64 = 1, at now: Int64 = 0,
        python: PythonVersion = .latest
    ) throws -> Called {
        counter.last += 1
        let id = CallID(session: SessionID(session), number: counter.last)
        var effects = Effects(at: Timestamp(nanoseconds: now))
        var arguments = Arguments(try positional.map { try Fragment($0) }, keywords: try keywords.map { ($0.0, try Fragment($0.1)) })
        arguments.python = python
        let result = object.call(
            method, arguments, id: id, now: Timestamp(nanoseconds: now), effects: &effects)
        return Called(id: id, outcome: try #require(result), woken: effects.answers, wakeUp: effects.wakeUp)
    }

    /// Whether the caller of a method may hold something afterwards.
    func holds(_ method: String) throws -> Bool { try #require(object.method(method)).holds }

    /// A moment has come for which the object has asked: whom that woke, and what it asks for next.
    func wake(at now: Int64) -> (woken: [Answer], wakeUp: Timestamp?) {
        affect(at: now) { $0.wake(effects: &$1) }
    }

    /// A session has ended: whom that woke.
    func end(_ session: UInt64, at now: Int64 = 0) -> [Answer] {
        affect(at: now) { $0.end(SessionID(session), effects: &$1) }.woken
    }

    /// An answer could not be delivered.
    func takeBack(_ answer: Answer) { _ = affect(at: 0) { $0.takeBack(answer, effects: &$1) } }

    private func affect(at now: Int64, _ body: (HostedObject, inout Effects) -> Void) -> (woken: [Answer], wakeUp: Timestamp?) {
        var effects = Effects(at: Timestamp(nanoseconds: now))
        body(object, &effects)
        return (effects.answers, effects.wakeUp)
    }

    /// A waiting call's time has come: its answer, and whom that woke.
    func timeOut(_ call: CallID) -> (reply: Reply?, woken: [Answer]) {
        var effects = Effects()
        let reply = object.timeOut(call, effects: &effects)
        return (reply, effects.answers)
    }

    func repr() throws -> String {
        guard case .text(let text)? = object.fallback("__repr__", python: .latest, address: "0x1") else { return "" }
        return text.string
    }
}

extension Answer {
    var exception: PythonException? {
        if case .exception(let exception) = reply { exception } else { nil }
    }

    func value() throws -> PickleValue? {
        if case .value(let fragment) = reply { try fragment.value() } else { nil }
    }
}
