public import Pickle

/// An object that a manager's server holds for others: a deterministic state machine.
///
/// It knows no socket, no clock and no lock. It is given an operation, who asks and when; it answers with a value, an
/// error, or by letting the caller wait, and says whom it wakes. So it is tested without a server, and runs the same in
/// memory, behind a journal, or on another machine.
public protocol ManagedObject: Sendable {
    /// What may be called from outside.
    static var methods: MethodTable<Self> { get }

    /// What may be called of this object: the same of all of its type, unless it was made with an option that changes it.
    var methods: MethodTable<Self> { get }

    /// A new object, as `manager.TypeID(*arguments)` makes it.
    ///
    /// - Throws: what the Python constructor would raise.
    init(_ arguments: Arguments) throws(PythonException)

    /// `repr(object)`; `address` stands for the object where Python would print a memory address.
    func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText

    /// `str(object)`
    func str(python: PythonVersion, address: String) throws(PythonException) -> PythonText

    /// The whole object by value: what `#GETVALUE` asks for.
    func value() throws(PythonException) -> Fragment

    /// The part of the Python object that keeps a Python from pickling it, if any: `_thread.lock`.
    static func unpicklablePart(_ python: PythonVersion) -> String?

    /// How many parts it holds: the more, the longer it takes to free it.
    var partCount: Int { get }

    /// A waiting call's time has come.
    ///
    /// - Returns: its answer; `nil` when it does not wait any more, or now waits for something without a limit.
    mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply?

    /// A waiting call's peer has gone, or has given the call up.
    ///
    /// - Returns: whether it waited and is now forgotten; `false` when its answer has been given or will still come.
    @discardableResult
    mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool

    /// A moment has come at which the object wanted to be woken (``Effects/wake(at:)``). It may also come for nothing.
    mutating func wake(effects: inout Effects)

    /// An answer given through ``Effects`` could not be delivered, since its peer has gone: what it gave comes back.
    mutating func takeBack(_ answer: Answer, effects: inout Effects)

    /// A session has ended that called a method which leaves something held (`holds:` of ``Method``).
    mutating func end(_ session: SessionID, effects: inout Effects)

    /// Whether ``end(_:effects:)`` of the session would find something, as far as calls have been answered.
    func isHeld(by session: SessionID) -> Bool

    /// Who holds something of the object's, where it knows.
    var holders: [Holder] { get }
}

extension ManagedObject {
    public var methods: MethodTable<Self> { Self.methods }

    public func str(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        try repr(python: python, address: address)
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { nil }

    public var partCount: Int { 0 }

    /// Objects of `threading` and `queue` cannot be pickled.
    public func value() throws(PythonException) -> Fragment { throw Self.notPicklable(.latest) }

    static func notPicklable(_ python: PythonVersion) -> PythonException {
        .notPicklable(unpicklablePart(python) ?? "\(Self.self)", python)
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? { nil }
    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool { false }
    public mutating func wake(effects: inout Effects) {}
    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {}
    public mutating func end(_ session: SessionID, effects: inout Effects) {}
    public func isHeld(by session: SessionID) -> Bool { true }
    public var holders: [Holder] { [] }
}

extension PythonVersion {
    /// The type of the locks that `threading` and `queue` stand on. Python 2 has but one that is written in C.
    func lockType(_ name: String = "lock") -> String { isPython2 ? "thread.lock" : "_thread.\(name)" }
}

extension PythonException {
    /// What `pickle` raises for an object that has no form in a pickle.
    static func notPicklable(_ type: String, _ python: PythonVersion) -> PythonException {
        .typeError(python < PythonVersion(3, 8) ? "can't pickle \(type) objects" : "cannot pickle '\(type)' object")
    }
}
