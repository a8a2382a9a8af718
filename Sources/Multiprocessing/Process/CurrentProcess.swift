import Glibc
import Synchronization

/// What this process is among its relatives: CPython's `multiprocessing.current_process()`.
public enum CurrentProcess {
    private struct State {
        var isBootstrapped = false
        var signalsIgnoredAtStart: [Int32] = []
        var preparation: ChildPreparation?
        var parent: ParentLink?
        var startedChildren = 0
        var authkey: [UInt8] = []
    }

    private static let state = Mutex(State())

    /// `MainProcess`, or the name that the parent gave.
    public static var name: String { state.withLock { $0.preparation?.name ?? "MainProcess" } }

    /// Whether this process ends with its parent.
    public static var isDaemon: Bool { state.withLock { $0.preparation?.role.isDaemon ?? false } }

    /// The number of the process that started this one as its child; nil in a program that was started in the ordinary way.
    public static var parentID: Int32? { state.withLock { $0.preparation?.parentID } }

    /// The key that managers and proxies of this process use unless they are given another: 32 random bytes, the same in all its children.
    ///
    /// It is CPython's `current_process().authkey`. A new value reaches the children that are made from then on.
    public static var authkey: [UInt8] {
        get {
            state.withLock { state in
                if state.authkey.isEmpty { state.authkey = randomKey() }
                return state.authkey
            }
        }
        set { state.withLock { $0.authkey = newValue } }
    }

    private static func randomKey() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}

extension CurrentProcess {
    /// Whether the bootstrap has run, so that a process started from here would run its target.
    static var isBootstrapped: Bool { state.withLock { $0.isBootstrapped } }

    /// Signals that whoever started this program wanted it to ignore.
    static var signalsIgnoredAtStart: [Int32] { state.withLock { $0.signalsIgnoredAtStart } }

    /// The link to the parent; nil in a program that was started in the ordinary way.
    package static var parent: ParentLink? { state.withLock { $0.parent } }

    /// Notes that the bootstrap has run in an ordinary start.
    static func bootstrapped(ignoring signals: [Int32]) {
        state.withLock { state in
            state.isBootstrapped = true
            state.signalsIgnoredAtStart = signals
        }
    }

    /// Makes this process the child that its parent has prepared.
    static func become(_ preparation: ChildPreparation, of parent: ParentLink) {
        state.withLock { state in
            state.preparation = preparation
            state.parent = parent
            state.authkey = preparation.authkey
        }
    }

    /// The identity of the next child: that of this process, followed by a count from 1.
    static func nextChildIdentity() -> [Int] {
        state.withLock { state in
            state.startedChildren += 1
            return (state.preparation?.identity ?? []) + [state.startedChildren]
        }
    }
}
