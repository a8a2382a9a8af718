extension ChildProcess {
    /// How a child and its parent end.
    package enum Role: String, Sendable {
        /// Joined when the parent's `run()` is over; goes on if the parent dies.
        case ordinary
        /// Terminated when the parent's `run()` is over or the parent dies.
        case daemon
        /// A daemon in a process group of its own, which ends with it: what a task has started goes with its worker, and the terminal's Ctrl-C
        /// does not take a worker from a program that wants to end in order.
        case worker
        /// Reports when it is ready, is in a process group of its own (the terminal's Ctrl-C does not reach it), and ends by itself
        /// when `ParentLink.isGone()` returns: the parent's `run()` is over, the parent is dead, or it has hung up.
        case server

        /// Whether it is terminated when the parent is gone.
        var isDaemon: Bool { self == .daemon || self == .worker }

        /// Whether it leads a process group.
        var hasOwnGroup: Bool { self == .worker || self == .server }

        /// Whether its parent waits for it to be ready, and is told why it is not.
        var reportsWhenReady: Bool { self == .worker || self == .server }
    }
}
