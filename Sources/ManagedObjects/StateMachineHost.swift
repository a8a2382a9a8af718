import Pickle
import Synchronization

/// A state machine in its place.
final class StateMachineHost<Object: ManagedObject>: Host<Object>, @unchecked Sendable {
    // Proof: it has no stored property of its own.

    override func fallback(_ method: String, python: PythonVersion, address: String) -> Reply? {
        do throws(PythonException) {
            switch method {
            case "__str__": return .text(try state.withLock { (object) throws(PythonException) in try object.str(python: python, address: address) })
            case "__repr__": return .text(try state.withLock { (object) throws(PythonException) in try object.repr(python: python, address: address) })
            case "#GETVALUE" where Object.unpicklablePart(python) != nil: return .unserializable(Object.notPicklable(python))
            case "#GETVALUE": return .value(try contents())
            default: return nil
            }
        } catch {
            return .exception(error)
        }
    }

    override func contents() throws(PythonException) -> Fragment {
        try state.withLock { (object) throws(PythonException) in try object.value() }
    }

    override var isLarge: Bool { state.withLock { $0.partCount } > 10_000 }

    override func summary(address: String) -> String {
        state.withLock { (try? $0.str(python: .latest, address: address).string) ?? "<\(Object.self)>" }
    }

    override func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        state.withLock { $0.timeOut(call, effects: &effects) }
    }

    override func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        super.cancel(call, effects: &effects) || state.withLock { $0.cancel(call, effects: &effects) }
    }

    override func wake(effects: inout Effects) {
        state.withLock { $0.wake(effects: &effects) }
    }

    override func takeBack(_ answer: Answer, effects: inout Effects) {
        state.withLock { $0.takeBack(answer, effects: &effects) }
    }

    override func end(_ session: SessionID, effects: inout Effects) {
        state.withLock { $0.end(session, effects: &effects) }
    }

    override func isHeld(by session: SessionID) -> Bool { state.withLock { $0.isHeld(by: session) } }

    override var holders: [Holder] { state.withLock { $0.holders } }
}
