import Pickle

extension Registry {
    /// Registers `RobustLock`, `RobustRLock` and `RobustSemaphore`: the locks of one server, which find deadlocks among each other.
    mutating func registerRobustLocks() {
        let locks = RobustLocks()
        register("RobustLock") { (arguments) throws(PythonException) in try ManagedRobustLock(lock: arguments, in: locks) }
        register("RobustRLock") { (arguments) throws(PythonException) in try ManagedRobustLock(rlock: arguments, in: locks) }
        register("RobustSemaphore") { (arguments) throws(PythonException) in try ManagedRobustLock(semaphore: arguments, in: locks) }
    }

    /// Lets `Lock`, `RLock`, `Semaphore` and `BoundedSemaphore` stand for robust locks: programs that know nothing of these then survive the
    /// holder of a lock, too. But a program that lets another session release what it has acquired, as a signal, gets an error.
    public mutating func useRobustLocks() {
        if self["RobustLock"] == nil { registerRobustLocks() }
        for name in ["Lock", "RLock", "Semaphore"] { self[name] = self["Robust\(name)"] }
        self["BoundedSemaphore"] = self["RobustSemaphore"]
    }
}
