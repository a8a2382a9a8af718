import CProcessSpawn
import Glibc

/// Starts this or another program as a child: `posix_spawn` with a link to its parent and nothing else beyond the standard streams.
///
/// The child has the arguments of this process, as in CPython (`sys.argv`).
struct Spawn {
    var executable: String
    /// A process group of its own keeps it from the terminal's Ctrl-C.
    var ownProcessGroup: Bool

    /// Starts the program.
    ///
    /// - Returns: The number of the new process.
    /// - Throws: `ProcessError` when the operating system refuses.
    func callAsFunction(_ link: ProcessLink) throws(ProcessError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, link.descriptor, ChildMarker.descriptor)
        process_spawn_close_from(&actions, ChildMarker.descriptor + 1)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)

        var pid = pid_t()
        var environment = environment(link)
        defer { free(environment.removeLast()) }
        let failure = posix_spawn(&pid, executable, &actions, &attributes, CommandLine.unsafeArgv, environment + [nil])
        guard failure == 0 else { throw .system(executable, failure) }
        return pid
    }

    /// No signal blocked, every disposition the default one, except for what this process was itself started to ignore (`nohup`).
    private func setSignals(_ attributes: inout posix_spawnattr_t) {
        var (none, defaults) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&defaults)
        for signal in CurrentProcess.signalsIgnoredAtStart { sigdelset(&defaults, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        let group = ownProcessGroup ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
    }

    /// The pointers to this process's own entries, and last a new one, to be freed: the marker.
    private func environment(_ link: ProcessLink) -> [UnsafeMutablePointer<CChar>?] {
        var entries: [UnsafeMutablePointer<CChar>?] = []
        var next = process_spawn_environment()
        while let entry = next?.pointee {
            entries.append(entry)
            next = next?.successor()
        }
        return entries + [strdup("\(ChildMarker.variable)=\(ChildMarker.value(for: link))")]
    }
}
