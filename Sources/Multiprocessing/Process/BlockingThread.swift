import Glibc

/// A thread of its own for calls that block, which the threads that tasks share must not do.
enum BlockingThread {
    /// Bytes of stack: its work is a few nested system calls.
    private static let stackSize = 256 * 1024

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs the closure on a new thread that takes no signals.
    ///
    /// - Throws: `ProcessError` when there are too many threads.
    static func run(_ body: @escaping @Sendable () -> Void) throws(ProcessError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let failure = pthread_create(&thread, &attributes, start, work.toOpaque())
        guard failure == 0 else {
            work.release()
            throw .system("pthread_create", failure)
        }
    }

    private static let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
    }
}
