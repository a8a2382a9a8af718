public import Pickle

/// `threading.Barrier`: calls wait until so many have come, and then all go on.
public struct ManagedBarrier: ManagedObject {
    private let parties: Int
    /// How long a `wait` without a timeout waits: the argument, as it was sent.
    private let timeout: Fragment
    private var isBroken = false
    /// The calls that wait, in the order in which they came, which is the index that each gets.
    private var waiters = Waiters<Int>()

    public init(_ arguments: Arguments) throws(PythonException) {
        let bound = try Signature.python("Barrier.__init__", ["parties"], optional: ["action", "timeout"]).bind(arguments)
        guard bound.count < 2 || bound[1]?.isNone ?? true else {
            throw .typeError("Barrier(action=…) would run your function in the server, which runs nothing it receives; run it in the party that gets index 0")
        }
        guard let parties = bound[0]?.int else {
            let name = try bound[0]?.pythonValue().typeTitle(arguments.python) ?? "NoneType"
            throw .typeError("'<' not supported between instances of '\(name)' and 'int'")
        }
        guard parties > 0 || arguments.python < PythonVersion(3, 13) else { throw .valueError("parties must be > 0") }
        self.parties = parties
        timeout = bound.count > 2 ? bound[2] ?? .none : .none
    }

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public static let methods = MethodTable<ManagedBarrier> {
        Method("Barrier.__getattribute__", .slot(1)) { (barrier, call, _) throws(PythonException) in
            try barrier.attribute(call)
        }
        Method("Barrier.wait", optional: ["timeout"]) { (barrier, call, effects) throws(PythonException) in
            try barrier.wait(call, &effects)
        }
        Method("Barrier.reset") { (barrier, _, effects) in
            barrier.raiseInWaiters(&effects)
            barrier.isBroken = false
            return .none
        }
        Method("Barrier.abort") { (barrier, _, effects) in
            barrier.breakDown(&effects)
            return .none
        }
    }

    private func attribute(_ call: Call) throws(PythonException) -> Outcome {
        let name = try call.attributeName()
        switch name.text {
        case "parties": return .int(parties)
        case "n_waiting": return .int(waiters.count)
        case "broken": return .bool(isBroken)
        default: throw .missingAttribute(name, of: "Barrier", call.python)
        }
    }

    private static let broken = PythonException(module: "threading", name: "BrokenBarrierError")

    private mutating func wait(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Outcome {
        guard !isBroken else { throw Self.broken }
        let index = waiters.count
        guard index + 1 != parties else {
            for (call, index) in waiters.removeAll() { effects.answer(call, .int(index)) }
            return .int(index)
        }
        guard case .block(let until) = try deadline(call, &effects) else {
            breakDown(&effects)
            throw Self.broken
        }
        waiters.append(call.id, index)
        return .waits(until: until)
    }

    /// A timeout that is no number, or too large, breaks the barrier as in CPython, where it fails while the call waits.
    private mutating func deadline(_ call: Call, _ effects: inout Effects) throws(PythonException) -> Deadline {
        do throws(PythonException) {
            return try call.deadline(timeout: 0, .added, default: timeout)
        } catch {
            breakDown(&effects)
            throw error
        }
    }

    private mutating func breakDown(_ effects: inout Effects) {
        isBroken = true
        raiseInWaiters(&effects)
    }

    private mutating func raiseInWaiters(_ effects: inout Effects) {
        for (call, _) in waiters.removeAll() { effects.answer(call, .exception(Self.broken)) }
    }

    /// One that waits no longer breaks the barrier for all.
    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        guard waiters.remove(call) != nil else { return nil }
        breakDown(&effects)
        return .exception(Self.broken)
    }

    /// A party that has gone will not come again: the others would wait for ever.
    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        guard waiters.remove(call) != nil else { return false }
        breakDown(&effects)
        return true
    }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        guard PythonVersion(3, 11) <= python else { return .plainRepr("threading", "Barrier", python, address) }
        return "<threading.Barrier at \(address): \(isBroken ? "broken" : "waiters=\(waiters.count)/\(parties)")>"
    }
}
