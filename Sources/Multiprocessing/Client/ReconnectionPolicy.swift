/// What a client does when its manager's server goes away.
///
/// Each call in flight gets a ``ManagerError`` with the code `connectionLost` at once, unless the policy lets it be repeated. With any policy, a
/// later call connects again if a server is there.
public struct ReconnectionPolicy: Hashable, Sendable {
    private let initial: Duration
    private let maximum: Duration
    /// How often it is tried to connect again, and how often one call is repeated.
    let attempts: Int

    private init(initial: Duration, maximum: Duration, attempts: Int) {
        (self.initial, self.maximum, self.attempts) = (initial, maximum, attempts)
    }

    /// Calls in flight fail, and no call waits for a server.
    public static let never = ReconnectionPolicy(initial: .zero, maximum: .zero, attempts: 0)

    /// Connects again, with pauses that double and vary by chance, so that not all clients come at once. Objects that are registered as one for
    /// all are found again under their names; calls that were in flight are repeated where that is safe: reads, and calls that wait (`get`,
    /// `acquire`, `wait`, `join`) and were never answered.
    ///
    /// - Parameters:
    ///   - initial: the first pause.
    ///   - maximum: the longest pause.
    ///   - attempts: how many times in a row it is tried; then calls fail.
    public static func backoff(
        initial: Duration = .milliseconds(50), maximum: Duration = .seconds(5), attempts: Int = 20
    ) -> ReconnectionPolicy {
        ReconnectionPolicy(initial: max(initial, .zero), maximum: max(maximum, .zero), attempts: max(attempts, 0))
    }

    var isEnabled: Bool { attempts > 0 }

    /// The pause after so many attempts in vain: between half of it and all of it.
    func pause(after failures: Int) -> Duration {
        let whole = min(initial * (1 << min(failures, 30)), maximum)
        return whole * Double.random(in: 0.5...1)
    }
}
