public import Pickle

/// `threading.Condition` with a lock of its own: whoever owns the lock may wait until another owner notifies.
public struct ManagedCondition: ManagedObject {
    private var state = ConditionState(SessionLock())

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        try Self.refuseLock(arguments)
    }

    /// - Throws: when the arguments of the constructor name a lock for the condition.
    static func refuseLock(_ arguments: Arguments) throws(PythonException) {
        let bound = try Self.constructor.bind(arguments)
        guard let lock = bound.first ?? nil, !lock.isNone else { return }
        guard try lock.pythonValue().proxyToken != nil else {
            throw .attributeError("'\(try lock.pythonValue().typeTitle(arguments.python))' object has no attribute 'acquire'")
        }
        throw .typeError("a Condition in the server has a lock of its own: leave the argument `lock` out")
    }

    private static let constructor = Signature.python("Condition.__init__", optional: ["lock"])
        .before(.python3, .python("Condition.__init__", optional: ["lock", "verbose"]))

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType("RLock") }

    public static let methods = MethodTable<ManagedCondition> {
        Method("RLock.acquire", .optionalKeywords(Call.acquireParameters)) { (condition, call, _) throws(PythonException) in
            try condition.state.lock.acquire(call)
        }.before(.python3, .acquireOfPython2)
        Method("RLock.release", .noArguments) { (condition, call, effects) throws(PythonException) in
            try condition.state.lock.release(call, &effects)
            return .none
        }.before(.python3, .python("RLock.release"))
        Method("RLock.locked", .noArguments) { (condition, _, _) in .bool(condition.state.lock.isLocked) }
        Method.ofCondition(\.state)
    }

    public var holders: [Holder] { state.lock.holder.map { [$0] } ?? [] }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        "<Condition(\(state.lock.repr(python: python, address: address)), \(state.waiterCount))>"
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? { state.timeOut(call) }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        state.stopWaiting(call) || state.lock.stopWaiting(call)
    }

    public mutating func takeBack(_ answer: Answer, effects: inout Effects) {
        state.lock.takeBack(answer.call, &effects)
    }
}

extension Method {
    /// `wait`, `notify` and `notify_all`.
    static func ofCondition<Lock>(_ state: any WritableKeyPath<Object, ConditionState<Lock>> & Sendable) -> [Method] {
        [
            Method("Condition.wait", optional: ["timeout"]) { (object, call, effects) throws(PythonException) in
                try object[keyPath: state].wait(call, &effects)
            },
            Method("Condition.notify", optional: ["n"]) { (object, call, effects) throws(PythonException) in
                try object[keyPath: state].notify(call, &effects)
                return .none
            },
            Method("Condition.notify_all") { (object, call, effects) throws(PythonException) in
                try object[keyPath: state].notifyAll(call, &effects)
                return .none
            }.before(.python3, .python("Condition.notifyAll")),
        ]
    }
}
