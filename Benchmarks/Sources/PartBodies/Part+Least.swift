import Multiprocessing
import Synchronization

/// What a call of a `dict` cannot do without in Swift, whoever reads the request and writes the reply.
extension Part {
    static let least = [
        Part("least: find a key, behind a lock, and refer to its object") {
            let table = Mutex(["key:000000000001": 3, "other": 4])
            let object = Referred()
            return { rounds in
                for _ in 0..<rounds {
                    object.refer()
                    keep(table.withLock { $0[object.key] })
                }
            }
        }
    ]
}

/// An object that is referred to during a call.
private final class Referred: Sendable {
    let key = "key:000000000001"

    /// Counts one more and one less.
    @inline(never) @_optimize(none)
    func refer() { keep(Unmanaged.passRetained(self).takeRetainedValue()) }
}
