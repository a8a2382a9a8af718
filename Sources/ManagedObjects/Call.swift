public import Pickle

/// A session: one peer's way to the server, by which it is known for as long as it lasts.
public struct SessionID: Hashable, Sendable {
    public let rawValue: UInt64
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// One call of one session; the name of the caller while it waits.
public struct CallID: Hashable, Sendable {
    public let session: SessionID
    /// Counts the session's calls.
    public let number: UInt64

    public init(session: SessionID, number: UInt64) {
        self.session = session
        self.number = number
    }
}

/// A moment of a clock that only moves forward.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let nanoseconds: Int64
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// - Parameter seconds: not negative; what lies beyond the clock's range is its end.
    public func advanced(bySeconds seconds: Double) -> Timestamp {
        let added = Int64(exactly: (seconds * 1e9).rounded(.up)) ?? .max
        let (sum, overflow) = nanoseconds.addingReportingOverflow(added)
        return Timestamp(nanoseconds: overflow ? .max : sum)
    }
}

/// The arguments of a call as they were sent, each still pickled.
public struct Arguments: Sendable {
    public var positional: [Fragment]
    public var keywords: [(name: String, value: Fragment)]
    /// Which Python's errors the caller expects.
    public var python = PythonVersion.latest
    /// Whether the caller's session carries calls of several tasks side by side.
    public var sessionIsShared = false

    public init(_ positional: [Fragment] = [], keywords: [(name: String, value: Fragment)] = []) {
        self.positional = positional
        self.keywords = keywords
    }
}

/// One call of a managed object's method: who asks, with what, and when.
public struct Call: Sendable {
    public let id: CallID
    public let now: Timestamp
    /// Which Python's `repr` and errors the caller expects.
    public var python: PythonVersion { bound.sent.python }
    /// The arguments in the order of the method's parameters.
    let bound: BoundArguments
    /// The arguments as they were sent.
    var sent: Arguments { bound.sent }

    /// An optional argument; `nil` when it was left out.
    public func optional(_ position: Int) -> Fragment? {
        position < bound.count ? bound[position] : nil
    }

    /// A required argument, which the method's ``Parameters`` have made sure of.
    public subscript(position: Int) -> Fragment { optional(position) ?? .none }
}

/// What a call is answered with.
public enum Reply: Sendable {
    case value(Fragment)
    /// A `str` that the server made: a `repr`, a message. Written in the peer's own kind of `str`.
    case text(PythonText)
    /// A new managed object, of which the caller gets a proxy (`#PROXY`).
    case proxy(typeID: String, object: HostedObject)
    case exception(PythonException)
    /// The result has no form in a pickle (`#UNSERIALIZABLE`).
    case unserializable(PythonException)

    public static var none: Reply { .value(.none) }
    public static func bool(_ value: Bool) -> Reply { .value(Fragment(value)) }
    public static func int(_ value: Int) -> Reply { .value(Fragment(value)) }
}

/// What comes of a call.
public enum Outcome: Sendable {
    case reply(Reply)
    /// The caller waits, until it is answered through ``Effects`` or the time has come.
    case waits(until: Timestamp?)
    /// The call goes on elsewhere, and is answered through the ``Effects`` that it delivers.
    case runs(RunningCall)

    public static var none: Outcome { .reply(.none) }
    public static func value(_ value: Fragment) -> Outcome { .reply(.value(value)) }
    public static func bool(_ value: Bool) -> Outcome { .reply(.bool(value)) }
    public static func int(_ value: Int) -> Outcome { .reply(.int(value)) }
}

extension Outcome {
    /// `NotImplemented`, which Python 2 cannot pickle.
    static func notImplemented(_ python: PythonVersion) throws(PythonException) -> Outcome {
        if python.isPython2 { return .reply(.unserializable(.notPicklable("NotImplementedType", python))) }
        return .value(try Fragment(pythonValue: .global(PickleGlobal(module: "builtins", name: "NotImplemented"))))
    }
}

/// The answer to a call that waited.
public struct Answer: Sendable {
    public let call: CallID
    public let reply: Reply
    /// What left the object with the reply, and comes back to it when the reply cannot be delivered.
    public let carried: [Fragment]
}

/// What is done to others at one moment: who is woken, and with what answer; and when the object is to be woken itself.
public struct Effects: Sendable {
    /// The moment, which is that of the call where there is one.
    public let now: Timestamp
    public private(set) var answers: [Answer] = []
    /// When the object has asked to be woken.
    public private(set) var wakeUp: Timestamp?

    /// - Parameter now: the moment; objects for which nothing depends on it need not be told.
    public init(at now: Timestamp = Timestamp(nanoseconds: 0)) { self.now = now }

    public var isEmpty: Bool { answers.isEmpty && wakeUp == nil }

    /// Answers a call that waited.
    ///
    /// - Parameters:
    ///   - call: the call.
    ///   - reply: what it is answered with.
    ///   - carried: what leaves the object with the reply.
    public mutating func answer(_ call: CallID, _ reply: Reply, carrying carried: [Fragment] = []) {
        answers.append(Answer(call: call, reply: reply, carried: carried))
    }

    /// Has the object woken (``ManagedObject/wake(effects:)``) at a moment, or soon after it.
    ///
    /// An object is woken once for all that it has asked for, at the earliest moment; it then asks again for what comes next.
    public mutating func wake(at moment: Timestamp) {
        wakeUp = min(wakeUp ?? moment, moment)
    }
}
