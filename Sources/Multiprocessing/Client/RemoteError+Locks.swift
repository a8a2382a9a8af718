extension RemoteError {
    /// Whether a call was refused that would have waited for ever: for a robust lock whose holder waits for one that this task holds, or for one who does.
    /// The message names the locks and the sessions.
    public var isDeadlock: Bool { type == .runtimeError && message.hasPrefix("deadlock: ") }

    /// Whether a call was refused because the object has seen a later holder of the lock.
    public var isStaleFencingToken: Bool { type == .runtimeError && message.hasPrefix("stale fencing token ") }
}
