import NIOCore

/// Runs the body, and ends each call in it that is not answered by then.
///
/// <!-- given: dictionary: DictionaryProxy<String, Int> -->
/// ```swift
/// let count = try await withDeadline(.seconds(2)) { try await dictionary.count }
/// ```
///
/// The time runs for the body as a whole, for child tasks, too; of nested deadlines the earlier holds. A call that is not answered in time is taken
/// back on the server, as if its task had been cancelled. A result that was already on its way is returned, for it would be lost otherwise. Locks
/// and leases that the body has taken with a body of their own are given back, even when the time is over.
///
/// - Parameters:
///   - duration: from now.
///   - body: makes the calls.
/// - Throws: what the body throws. Calls in it throw a ``ManagerError`` with the code `deadlineExceeded` that names the call.
public func withDeadline<Result>(_ duration: Duration, _ body: () async throws -> Result) async rethrows -> Result {
    let deadline = CallDeadline(in: duration)
    return try await CallDeadline.$scope.withValue(deadline.earlier(CallDeadline.scope), operation: body)
}

/// Runs what gives something back: to its end, even when the task is cancelled and its time is over.
func givingBack(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await CallDeadline.$scope.withValue(nil) { try await Task { try await body() }.value }
}

/// The moment at which calls end that have not been answered.
struct CallDeadline: Sendable {
    /// That of ``withDeadline(_:_:)``.
    @TaskLocal static var scope: CallDeadline?

    let moment: NIODeadline
    let allowed: Duration

    init(in duration: Duration) {
        moment = .now() + TimeAmount(duration)
        allowed = duration
    }

    func earlier(_ other: CallDeadline?) -> CallDeadline {
        guard let other, other.moment < moment else { return self }
        return other
    }
}

/// One call, as deadlines and errors speak of it.
struct CallLimit: Sendable {
    private let name: String
    let deadline: CallDeadline?

    /// - Parameters:
    ///   - name: the method or function.
    ///   - timeout: how long it may take; `nil` when only a ``withDeadline(_:_:)`` around it holds.
    init(_ name: String, timeout: Duration?) {
        self.name = name
        let scope = CallDeadline.scope
        deadline = timeout.map { CallDeadline(in: $0).earlier(scope) } ?? scope
    }

    /// What a call throws that was not answered in time.
    var exceeded: ManagerError {
        ManagerError(.deadlineExceeded, "\(name) was not answered within \(deadline?.allowed ?? .zero) and was given up")
    }

    var hasPassed: Bool { deadline.map { $0.moment <= .now() } ?? false }

    /// - Throws: ``ManagerError`` when the time is over.
    func check() throws(ManagerError) {
        if hasPassed { throw exceeded }
    }

    /// How long something may take that is to take no longer than this anyway.
    func remaining(atMost longest: Duration) -> Duration {
        guard let deadline else { return longest }
        return min(longest, max(.zero, .nanoseconds((deadline.moment - .now()).nanoseconds)))
    }

    /// Waits for a value no longer than the time allows.
    ///
    /// - Throws: ``ManagerError`` when the time is over; `CancellationError`.
    func wait<Value>(for value: OneShot<Value>) async throws -> Value {
        guard let deadline else { return try await value.value() }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await value.value() }
            group.addTask {
                try await Task.sleep(for: remaining(atMost: deadline.allowed))
                throw exceeded
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw exceeded }
            return first
        }
    }
}
