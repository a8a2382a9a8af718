import Pickle

/// How long a call may wait.
enum Deadline {
    case doNotWait
    case block(until: Timestamp?)
}

extension Call {
    /// The `block` and `timeout` arguments of `queue.Queue`'s methods.
    ///
    /// - Throws: `ValueError: 'timeout' must be a non-negative number`, when it waits at all.
    func deadline(block: Int, timeout: Int) throws(PythonException) -> Deadline {
        guard try truth(block, default: true) else { return .doNotWait }
        guard let seconds = try seconds(timeout) else { return .block(until: nil) }
        guard seconds >= 0 else { throw .valueError("'timeout' must be a non-negative number") }
        return .block(until: now.advanced(bySeconds: seconds))
    }

    /// The moment of a `timeout` argument of `threading`'s `wait` methods, for which a negative number is none at all.
    func deadline(timeout: Int) throws(PythonException) -> Deadline {
        guard let seconds = try seconds(timeout) else { return .block(until: nil) }
        return .block(until: now.advanced(bySeconds: max(seconds, 0)))
    }
}

extension Call {
    /// The `blocking` and `timeout` arguments of a lock's `acquire`: `-1` waits for ever.
    ///
    /// - Throws: `ValueError` for another negative timeout, and for a timeout of a call that does not block.
    func acquisitionDeadline() throws(PythonException) -> Deadline {
        let blocks = try truth(0, default: true)
        let seconds = try seconds(1) ?? -1
        guard blocks else {
            guard seconds == -1 else { throw .valueError("can't specify a timeout for a non-blocking call") }
            return .doNotWait
        }
        guard seconds != -1 else { return .block(until: nil) }
        guard seconds >= 0 else { throw .valueError("timeout value must be a non-negative number") }
        guard seconds <= Double(Int64.max) / 1e9 else { throw PythonException("OverflowError", "timeout value is too large") }
        return .block(until: now.advanced(bySeconds: seconds))
    }
}
