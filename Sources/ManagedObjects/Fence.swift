import Pickle
import Synchronization

/// What keeps late calls of an earlier holder of a lock out of an object.
///
/// A call may carry the fencing token of the lock under which it is made, as the keyword argument `__fencing_token__`. The object
/// remembers the highest token that it has seen, and refuses a call with a lower one. Calls without a token are not looked at.
struct Fence: ~Copyable, Sendable {
    private let highest = Mutex(Int.min)

    /// Runs a call unless one with a higher token came before. Meanwhile no other call with a token runs.
    ///
    /// - Returns: the call's outcome, or `RuntimeError`.
    func admit(_ token: Fragment, _ call: () -> Outcome) -> Outcome {
        do throws(PythonException) {
            let token = try token.pythonIndex()
            return try highest.withLock { (highest) throws(PythonException) in
                guard token >= highest else {
                    throw .runtimeError("stale fencing token \(token): the object has seen \(highest)")
                }
                highest = token
                return call()
            }
        } catch {
            return .reply(.exception(error))
        }
    }
}

extension Arguments {
    /// The name under which a call carries a token: one that no Python function has for a parameter of its own.
    public static let fencingTokenKeyword = "__fencing_token__"

    var fencingToken: Fragment? { keywords.first { $0.name == Self.fencingTokenKeyword }?.value }

    var withoutFencingToken: Arguments {
        var rest = self
        rest.keywords.removeAll { $0.name == Self.fencingTokenKeyword }
        return rest
    }
}
