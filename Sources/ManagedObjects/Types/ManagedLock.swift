public import Pickle

/// `threading.Lock`: whoever acquires it holds it until anyone releases it.
public struct ManagedLock: ManagedObject {
    private var holder: Holder?
    /// The calls that wait, each since a moment.
    private var waiters = Waiters<Timestamp>()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        _ = try Self.constructor.bind(arguments)
    }

    /// A function until 3.12, a type since.
    private static let constructor = Signature.c("lock", .constructor(0...0)).before(PythonVersion(3, 13), .c("_thread.allocate_lock", .noArguments))

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public static let methods = MethodTable<ManagedLock> {
        Method("lock.acquire", .optionalKeywords(Call.acquireParameters)) { (lock, call, _) throws(PythonException) in
            try lock.acquire(call)
        }.before(.python3, .c("lock.acquire", .parsed(0...1)))
        Method("lock.release", .noArguments) { (lock, call, effects) throws(PythonException) in
            guard lock.holder != nil else { throw Self.notLocked(call.python) }
            lock.passOn(&effects)
            return .none
        }
        Method("lock.locked", .noArguments) { (lock, _, _) in .bool(lock.holder != nil) }
    }

    private static func notLocked(_ python: PythonVersion) -> PythonException {
        python.isPython2
            ? PythonException(module: "thread", "error", "release unlocked lock")
            : .runtimeError("release unlocked lock")
    }

    private mutating func acquire(_ call: Call) throws(PythonException) -> Outcome {
        let deadline = try call.acquisitionDeadline()
        if holder == nil {
            holder = Holder(session: call.id.session, since: call.now)
            return .bool(true)
        }
        guard case .block(let until) = deadline else { return .bool(false) }
        waiters.append(call.id, call.now)
        return .waits(until: until)
    }

    /// Gives the lock to the one that has waited longest, or to nobody.
    private mutating func passOn(_ effects: inout Effects) {
        guard let (next, since) = waiters.popFirst() else {
            holder = nil
            return
        }
        holder = Holder(session: next.session, since: since)
        effects.answer(next, .bool(true))
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        waiters.remove(call).map { _ in .bool(false) }
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        waiters.remove(call) != nil
    }

    /// The lock was given to one that had gone.
    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        passOn(&effects)
    }

    /// Who acquired it; anyone may release it.
    public var holders: [Holder] { holder.map { [$0] } ?? [] }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        python.isPython2 ? "<thread.lock object at \(address)>" : "<\(holder == nil ? "unlocked" : "locked") _thread.lock object at \(address)>"
    }
}
