import Pickle

extension Registry {
    /// Registers `RobustLock`, `RobustRLock`, `RobustSemaphore` and `RobustCondition`: the locks of one server, which find deadlocks among each other.
    @discardableResult
    mutating func registerRobustLocks() -> RobustLocks {
        let locks = RobustLocks()
        register("RobustLock") { (arguments) throws(PythonException) in try ManagedRobustLock(lock: arguments, in: locks) }
        register("RobustRLock") { (arguments) throws(PythonException) in try ManagedRobustLock(rlock: arguments, in: locks) }
        register("RobustSemaphore") { (arguments) throws(PythonException) in try ManagedRobustLock(semaphore: arguments, in: locks) }
        register("RobustCondition") { (arguments) throws(PythonException) in try ManagedRobustCondition(arguments, in: locks) }
        return locks
    }

    /// Lets `Lock`, `RLock`, `Semaphore`, `BoundedSemaphore` and `Condition` stand for robust ones: programs that know nothing of these then survive the
    /// holder of a lock, too. But a program that lets another session release what it has acquired, as a signal, gets an error.
    ///
    /// A `Semaphore(0)` stays what it is: it can only be a signal.
    public mutating func useRobustLocks() {
        let locks = registerRobustLocks()
        for name in ["Lock", "RLock", "Condition"] { self[name] = self["Robust\(name)"] }
        self["BoundedSemaphore"] = self["RobustSemaphore"]
        self["Semaphore"] = Registration(.fresh { (arguments) throws(PythonException) in
            try ManagedRobustLock.semaphoreValue(arguments) == 0
                ? .hosting(ManagedSemaphore(value: 0)) : .hosting(ManagedRobustLock(semaphore: arguments, in: locks))
        })
    }
}
