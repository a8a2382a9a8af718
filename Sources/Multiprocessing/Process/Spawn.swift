import CProcessSpawn
import Glibc

/// Starts this or another program as a child: `posix_spawn` with a link to its parent and nothing else beyond the standard streams.
///
/// The child has the arguments of this process, as in CPython (`sys.argv`).
struct Spawn {
    var executable: String
    /// A process group of its own keeps it from the terminal's Ctrl-C.
    var ownProcessGroup: Bool
    var environment: ChildProcess.Configuration.Environment
    var workingDirectory: String?

    /// Starts the program.
    ///
    /// - Returns: The number of the new process.
    /// - Throws: `ProcessError` when the operating system refuses.
    func callAsFunction(_ link: ProcessLink, _ streams: StandardStreams) throws(ProcessError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        add(link, streams, to: &actions)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)

        var pid = pid_t()
        let marked = environment.updating([ChildMarker.variable: ChildMarker.value(for: link)])
        let failure = marked.withPointers { posix_spawn(&pid, executable, &actions, &attributes, CommandLine.unsafeArgv, $0) }
        guard failure == 0 else { throw .system(what, failure) }
        return pid
    }

    /// The working directory comes last: paths of files count from this process's own.
    private func add(_ link: ProcessLink, _ streams: StandardStreams, to actions: inout posix_spawn_file_actions_t) {
        streams.add(to: &actions)
        posix_spawn_file_actions_adddup2(&actions, link.descriptor, ChildMarker.descriptor)
        process_spawn_close_from(&actions, ChildMarker.descriptor + 1)
        if let workingDirectory { process_spawn_change_directory(&actions, workingDirectory) }
    }

    /// The system does not say which step failed.
    private var what: String { workingDirectory.map { "\(executable) in \($0)" } ?? executable }

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
}
