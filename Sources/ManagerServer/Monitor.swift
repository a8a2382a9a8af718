import Glibc

/// A state behind a lock, for a change of which threads can wait.
final class Monitor<State: Sendable>: @unchecked Sendable {
    // Proof: the state is only touched with the mutex locked; mutex and condition are made for use by several threads, and their places
    // live as long as this object.
    private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Wakes one thread that waits.
    func signal() { pthread_cond_signal(condition) }

    /// Waits until the body gives something; it is tried at once, and when another thread signals.
    ///
    /// - Parameter atTimeout: is run when the time has come before.
    func wait<Result>(seconds: Int, _ body: (inout State) -> Result?, atTimeout: (inout State) -> Void) -> Result? {
        var limit = timespec()
        clock_gettime(CLOCK_REALTIME, &limit)
        limit.tv_sec += seconds
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            guard pthread_cond_timedwait(condition, mutex, &limit) == 0 else {
                if let result = body(&state) { return result }
                atTimeout(&state)
                return nil
            }
        }
    }
}
