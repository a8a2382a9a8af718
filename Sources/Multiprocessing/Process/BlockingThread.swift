import ManagerServer

/// A thread of its own that sees a child process through.
enum BlockingThread {
    /// Bytes of stack: its work is a few nested system calls.
    private static let stackSize = 256 * 1024

    /// Runs the closure on a new thread that takes no signals.
    ///
    /// - Throws: `ProcessError` when there are too many threads.
    static func run(_ body: @escaping @Sendable () -> Void) throws(ProcessError) {
        guard SystemThread.run(stackSize: stackSize, body) else { throw .system("pthread_create") }
    }
}
