import NIOCore

/// The answer to a call on a multiplexed connection, still pickled.
struct MultiplexedReply: Sendable {
    let number: UInt64
    /// Whether the server keeps what proxies in it refer to until it is told that they have references of their own.
    let isKept: Bool
    let bytes: ByteBuffer
}

/// The calls of a multiplexed connection that have been sent, by their numbers.
///
/// A call is ended by exactly one of these: its reply, the server's word that it was cancelled, the end of the connection.
struct SentCalls {
    typealias Waiter = CheckedContinuation<MultiplexedReply, any Error>
    typealias Outcome = Result<MultiplexedReply, any Error>

    private struct Call {
        let limit: CallLimit
        /// The task, once it waits.
        var waiter: Waiter?
        /// What came before the task waited.
        var outcome: Outcome?
        /// What the call throws when the server says that it is cancelled, and how long that may take; set when the server has been asked.
        var abandonment: (error: any Error, until: NIODeadline)?

        /// When something is to be done about it.
        var due: NIODeadline? { outcome == nil ? abandonment?.until ?? limit.deadline?.moment : nil }
        func isDue(at now: NIODeadline) -> Bool { due.map { $0 <= now } ?? false }
    }

    private var calls: [UInt64: Call] = [:]
    private var last: UInt64 = 0

    /// How many there are whose outcome nobody has taken yet.
    var count: Int { calls.count }

    /// - Returns: the call's number, larger than all before.
    mutating func insert(_ limit: CallLimit) -> UInt64 {
        last += 1
        calls[last] = Call(limit: limit)
        return last
    }

    /// A task waits for a call.
    ///
    /// - Returns: what came of the call already.
    mutating func wait(_ waiter: Waiter, for number: UInt64) -> Outcome? {
        guard let place = calls.index(forKey: number) else { return nil }
        if let outcome = calls.values[place].outcome {
            calls.remove(at: place)
            return outcome
        }
        calls.values[place].waiter = waiter
        return nil
    }

    /// A call is to be given up.
    ///
    /// - Returns: whether the server has to be asked.
    mutating func abandon(_ number: UInt64, _ error: any Error, until: NIODeadline) -> Bool {
        guard let call = calls[number], call.outcome == nil, call.abandonment == nil else { return false }
        calls[number]?.abandonment = (error, until)
        return true
    }

    /// A reply has come.
    ///
    /// - Returns: who waits for it, if one does already, and for what.
    /// - Throws: ``ManagerError`` when there is no such call.
    mutating func settle(_ reply: MultiplexedReply, isCancelled: Bool) throws(ManagerError) -> (Waiter, Outcome)? {
        guard let place = calls.index(forKey: reply.number), calls.values[place].outcome == nil else {
            throw ManagerError(.protocolViolation, "the server answered a call that is not outstanding")
        }
        return end(place, isCancelled ? .failure(calls.values[place].abandonment?.error ?? CancellationError()) : .success(reply))
    }

    /// No more replies will come.
    mutating func settleAll(_ error: ManagerError) -> [(Waiter, Outcome)] {
        calls.keys.compactMap { number in
            guard let place = calls.index(forKey: number), calls.values[place].outcome == nil else { return nil }
            return end(place, .failure(calls.values[place].abandonment?.error ?? error))
        }
    }

    private mutating func end(_ place: Dictionary<UInt64, Call>.Index, _ outcome: Outcome) -> (Waiter, Outcome)? {
        guard let waiter = calls.values[place].waiter else {
            calls.values[place].outcome = outcome
            return nil
        }
        calls.remove(at: place)
        return (waiter, outcome)
    }
}

// MARK: - Time

extension SentCalls {
    /// When something is to be done about one of the calls.
    var due: NIODeadline? { calls.values.compactMap(\.due).min() }

    /// The calls whose deadline has come, each with the error that says so.
    func late(at now: NIODeadline) -> [(number: UInt64, error: ManagerError)] {
        calls.filter { $0.value.abandonment == nil && $0.value.isDue(at: now) }.map { ($0.key, $0.value.limit.exceeded) }
    }

    /// Whether the server owes its word on a call that was given up.
    func isUnanswered(at now: NIODeadline) -> Bool {
        calls.values.contains { $0.abandonment != nil && $0.isDue(at: now) }
    }
}
