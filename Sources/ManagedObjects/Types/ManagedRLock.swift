public import Pickle

/// `threading.RLock`: a lock that its owner may acquire again. The owner is a session: the client's thread.
public struct ManagedRLock: ManagedObject {
    private var lock = SessionLock()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        _ = try Self.constructor.bind(arguments)
    }

    /// Any arguments, at none of which it looks.
    private static let constructor = Signature { (arguments) in BoundArguments(arguments, arranged: []) }
        .before(.python3, .python("RLock.__init__", optional: ["verbose"]))

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType("RLock") }

    public static let methods = MethodTable<ManagedRLock> {
        Method("RLock.acquire", .optionalKeywords(Call.acquireParameters)) { (object, call, _) throws(PythonException) in
            try object.lock.acquire(call)
        }.before(.python3, .acquireOfPython2)
        Method("RLock.release", .noArguments) { (object, call, effects) throws(PythonException) in
            try object.lock.release(call, &effects)
            return .none
        }.before(.python3, .python("RLock.release"))
        Method("RLock.locked", .noArguments) { (object, _, _) in .bool(object.lock.isLocked) }
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        lock.timeOut(call)
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        lock.stopWaiting(call)
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        lock.takeBack(answer.call, &effects)
    }

    public var holders: [Holder] { lock.holder.map { [$0] } ?? [] }

    public func repr(python: PythonVersion, address: String) -> PythonText { lock.repr(python: python, address: address) }
}
