import Glibc

extension ChildProcess {
    /// How a started child process is doing, or how it ended.
    public enum ExitStatus: Sendable, Hashable {
        /// It has not ended yet.
        case running
        /// It ended by itself, with this exit status (0 to 255).
        case exited(Int32)
        /// A signal of this number ended it.
        case signaled(Int32)

        /// Python's `Process.exitcode`: the exit status, `-n` for signal `n`, and nil while the process runs.
        public var exitCode: Int32? {
            switch self {
            case .running: nil
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        }
    }
}

extension ChildProcess.ExitStatus: CustomStringConvertible {
    /// The status in words, such as `ended by signal 9`.
    public var description: String {
        switch self {
        case .running: "running"
        case .exited(let code): "ended with exit status \(code)"
        case .signaled(let signal): "ended by signal \(signal)"
        }
    }
}

extension ChildProcess.ExitStatus {
    /// The status of a process that somebody else has waited for; the number is that of CPython's `asyncio` for an unknown child.
    static let lost = Self.exited(255)

    /// Waits for the process without blocking, and so removes it from the process table if it has ended.
    static func collect(_ pid: pid_t) -> Self {
        var status: Int32 = 0
        switch waitpid(pid, &status, WNOHANG) {
        case 0: return .running
        case pid: return Self(waitStatus: status)
        default: return errno == EINTR ? .running : .lost
        }
    }

    /// Blocks this thread until the process has ended, and leaves its status to be collected.
    static func awaitEnd(of pid: pid_t) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
    }

    /// Reads what `waitpid` fills in: the signal in the low seven bits, or the exit status in the next byte.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xff) : .signaled(signal)
    }
}
