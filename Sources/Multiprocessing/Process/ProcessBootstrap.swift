import Glibc

/// The two ends of a program that has child processes, for a `main()` that `MultiprocessingProgram` does not supply.
///
/// ```swift
/// @main struct Program {
///     static func main() async {
///         await ProcessBootstrap.runChildIfSpawned()
///         await Command.main()                       // such as an AsyncParsableCommand
///         await ProcessBootstrap.finishChildren()
///     }
/// }
/// ```
public enum ProcessBootstrap {
    /// Runs the target and ends the process if it was spawned as a child; otherwise only notes that children may be started.
    ///
    /// It must come first of all in `main()`: until then `ChildProcess.start()` throws `BootstrapError`. It is CPython's
    /// `freeze_support()` and `spawn_main()`.
    public static func runChildIfSpawned() async {
        let isChild = ChildMarker.isPresent
        let link = ChildMarker.takeLink()
        CurrentProcess.bootstrapped(ignoring: ignoredSignals())
        if isChild { exit(await SpawnedChild.run(link)) }
    }

    /// Ends what this process has started: daemons are terminated, other children joined, then servers are told to end.
    ///
    /// `MultiprocessingProgram` does it when `run()` is over. It is CPython's `_exit_function`, except that servers (managers) end
    /// last, because other children may still use them, and that a daemon which does not end is killed.
    public static func finishChildren() async {
        let children = ChildProcess.active
        for child in children where child.isDaemon { child.terminate() }
        for child in children where child.role == .ordinary { try? await child.join() }
        for child in children where child.role == .server { child.hangUp() }
        for child in children where child.role != .ordinary { await child.joinOrKill(after: .seconds(5)) }
    }

    private static func ignoredSignals() -> [Int32] {
        (1...highestSignal).filter { signal in
            var current = sigaction()
            guard sigaction(signal, nil, &current) == 0 else { return false }
            return unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        }
    }

    /// The highest signal number of Linux.
    private static let highestSignal: Int32 = 64

    /// Makes sure that a process started now would run its target and not this program once more.
    ///
    /// - Throws: `BootstrapError`; also in a child that has come this far without the bootstrap, so that no chain of starts can arise.
    static func requireDone(toStart executable: String?) throws(BootstrapError) {
        if CurrentProcess.isBootstrapped { return }
        guard executable != nil && !ChildMarker.isPresent else { throw BootstrapError() }
    }
}
