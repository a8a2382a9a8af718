import Synchronization

/// A value that is set once and that any number of tasks wait for.
final class OneShot<Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct State {
        var value: Value?
        var waiters: [Int: Waiter] = [:]
        var nextTicket = 0
    }

    private let state = Mutex(State())

    /// The value, once it is set.
    var current: Value? { state.withLock { $0.value } }

    /// Sets the value and resumes who waits; a second value is ignored.
    func set(_ value: Value) {
        let waiters = state.withLock { state in
            if state.value == nil { state.value = value }
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// Waits for the value.
    ///
    /// - Throws: `CancellationError` when the waiting task is cancelled.
    func value() async throws -> Value {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { park($0, ticket) }
        } onCancel: {
            cancel(ticket)
        }
    }

    private func park(_ waiter: Waiter, _ ticket: Int) {
        let result: Result<Value, any Error>? = state.withLock { state in
            if let value = state.value { return .success(value) }
            // A cancellation that came before the waiter was parked found nothing to resume.
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiters[ticket] = waiter
            return nil
        }
        if let result { waiter.resume(with: result) }
    }

    private func cancel(_ ticket: Int) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
        waiter?.resume(throwing: CancellationError())
    }
}
