import Pickle

extension Method {
    /// What can be called of an object that is a robust lock, or has one.
    ///
    /// - Parameters:
    ///   - type: the name that errors give it.
    ///   - lock: the object's lock.
    static func ofRobustLock(_ type: String, _ lock: @escaping @Sendable (Object) -> RobustLock) -> [Method] {
        [
            Method("\(type).acquire", optional: Call.acquireParameters, holds: true) { (object, call, _) throws(PythonException) in
                try lock(object).acquire(LockRequest(call), call.robustLockDeadline())
            },
            Method("\(type).acquire_fenced", optional: Call.acquireParameters + ["keeping"], holds: true) { (object, call, _) throws(PythonException) in
                var request = LockRequest(call)
                request.answer = .fenced
                request.kept = try call.tokens(2)
                return try lock(object).acquire(request, call.robustLockDeadline())
            },
            Method("\(type).release", optional: ["n"], holds: true) { (object, call, effects) throws(PythonException) in
                let count = try call.optional(0).map { (count) throws(PythonException) in try count.pythonIndex() } ?? 1
                guard count >= 1 else { throw .valueError("n must be one or more") }
                try lock(object).release(by: call.id.session, count, &effects)
                return .none
            },
            Method("\(type).locked") { (object, _, _) in .bool(lock(object).isTaken) },
            Method("\(type).fencing_token") { (object, call, _) throws(PythonException) in .int(try lock(object).tenure(call).token) },
            Method("\(type).was_abandoned") { (object, call, _) throws(PythonException) in .bool(try lock(object).tenure(call).wasAbandoned) },
        ]
    }
}

extension RobustLock {
    /// Whether nobody else can acquire it.
    var isTaken: Bool { tenures.count >= kind.capacity }

    fileprivate func acquire(_ request: LockRequest, _ deadline: Deadline) throws(PythonException) -> Outcome {
        switch try acquire(request, deadline) as LockTable.Acquisition {
        case .acquired(let tenure): .reply(request.reply(tenure))
        case .refused: .reply(request.refusal)
        case .waits(let until): .waits(until: until)
        }
    }

    /// The caller's own.
    fileprivate func tenure(_ call: Call) throws(PythonException) -> LockTenure {
        guard let tenure = tenure(by: call.id.session) else { throw .runtimeError("this session has not acquired the lock") }
        return tenure
    }
}

extension LockRequest {
    init(_ call: Call) {
        self.init(call: call.id, since: call.now, sessionIsShared: call.sent.sessionIsShared)
    }
}

extension Call {
    /// An optional sequence of fencing tokens.
    fileprivate func tokens(_ position: Int) throws(PythonException) -> [Int] {
        guard let argument = optional(position), !argument.isNone else { return [] }
        switch try argument.pythonValue() {
        case .tuple(let elements), .list(let elements):
            var tokens: [Int] = []
            for element in elements { tokens.append(try Fragment(pythonValue: element).pythonIndex()) }
            return tokens
        default: throw .typeError("a sequence of fencing tokens is expected")
        }
    }
}
