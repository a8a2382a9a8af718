extension ChildProcess {
    /// How a child and its parent end.
    package enum Role: String, Sendable {
        /// Joined when the parent's `run()` is over; goes on if the parent dies.
        case ordinary
        /// Terminated when the parent's `run()` is over or the parent dies.
        case daemon
        /// Reports when it is ready, is in a process group of its own (the terminal's Ctrl-C does not reach it), and ends by itself
        /// when `ParentLink.isGone()` returns: the parent's `run()` is over, the parent is dead, or it has hung up.
        case server
    }
}
