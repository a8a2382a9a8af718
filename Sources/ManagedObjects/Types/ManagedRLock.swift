public import Pickle

/// `threading.RLock`: a lock that its owner may acquire again. The owner is a session: the client's thread.
public struct ManagedRLock: ManagedObject {
    private var lock = SessionLock()

    public init() {}

    /// Python 3's takes any arguments and looks at none.
    public init(_ arguments: Arguments) throws(PythonException) {
        if arguments.python.isPython2 { _ = try Parameters(name: "RLock.__init__", required: [], optional: ["verbose"]).bind(arguments) }
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.isPython2 ? "thread.lock" : "_thread.RLock" }

    public static let methods = MethodTable<ManagedRLock> {
        Method("RLock.acquire", .optionalKeywords(Call.acquireParameters)) { (object, call, _) throws(PythonException) in
            object.lock.acquire(call, try call.acquisitionDeadline())
        }.inPython2("RLock.acquire", optional: ["blocking"])
        Method("RLock.release", .noArguments) { (object, call, effects) throws(PythonException) in
            try object.lock.release(call, &effects)
            return .none
        }.inPython2("RLock.release")
        Method("RLock.locked", .noArguments) { (object, _, _) in .bool(object.lock.isLocked) }
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        lock.stopWaiting(call) ? .bool(false) : nil
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        lock.stopWaiting(call)
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        lock.takeBack(from: answer.call.session, &effects)
    }

    public func repr(python: PythonVersion, address: String) -> PythonText { lock.repr(python: python, address: address) }
}
