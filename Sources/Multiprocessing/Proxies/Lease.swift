import Pickle
import Synchronization

/// An item of a queue that this process has taken to work on, and that is gone only when it says that the work is done.
///
/// The lease lives as long as this process's connection to the server: when the process dies or the network is cut, the item goes back to the
/// front of the queue. It goes back, too, when the lease is dropped without having been ended.
public final class Lease<Element: Codable & Sendable>: Sendable {
    /// What is to be worked on.
    public let item: Element
    /// How often the item has been delivered, this time included; `nil` from a queue that does not count it.
    public let deliveries: Int?

    private let receipt: Fragment
    private let holding: Holding
    private let hasEnded = Atomic(false)

    init(item: Element, deliveries: Int?, receipt: Fragment, holding: Holding) {
        self.item = item
        self.deliveries = deliveries
        self.receipt = receipt
        self.holding = holding
    }

    deinit {
        guard !hasEnded.load(ordering: .relaxed) else { return }
        let (holding, receipt) = (holding, receipt)
        // Where it fails, the connection has ended, and the lease with it.
        Task.detached { try await holding.call("nack", [receipt]) }
    }

    /// Says that the work is done. Does nothing when this lease was acknowledged or given back before.
    ///
    /// - Throws: ``RemoteError`` of type `valueError` when the lease had ended: its deadline had passed, and the item may be another's.
    ///   ``ManagerError`` of code `connectionLost` when the connection had; the item has gone back.
    public func acknowledge() async throws { try await end("ack") }

    /// Gives the item back, to the front of the queue. Does nothing when this lease was acknowledged or given back before.
    ///
    /// - Parameter delay: how long nobody is to get it; only a ``WorkQueueProxy``'s items can be held back.
    /// - Throws: as ``acknowledge()``.
    public func giveBack(after delay: Duration = .zero) async throws {
        try await end("nack", delay == .zero ? [] : [(name: "delay", value: try Fragment(delay))])
    }

    /// Moves the lease's deadline: it ends this long from now, or as long as a lease of its queue lasts.
    ///
    /// - Throws: as ``acknowledge()``.
    public func renew(for duration: Duration? = nil) async throws {
        try await holding.call("renew", [receipt], try duration.map { [(name: "lease_time", value: try Fragment($0))] } ?? [])
    }

    /// Carried out even when the task is cancelled or its time is over.
    private func end(_ method: String, _ keywords: [(name: String, value: Fragment)] = []) async throws {
        guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
        let (holding, receipt) = (holding, receipt)
        try await givingBack { try await holding.call(method, [receipt], keywords) }
    }
}

extension Lease {
    /// - Parameter reply: `(receipt, item)`, and how often it was delivered from a queue that counts.
    convenience init(_ reply: Fragment, _ holding: Holding, _ client: ManagerClient) async throws {
        guard case .tuple(let parts) = try reply.value(), parts.count >= 2 else {
            throw ManagerError(.protocolViolation, "a lease is a receipt and an item")
        }
        let receipt = try Fragment(parts[0])
        do {
            let item: Element = try await ReplyDecoding.of(client) { try PickleDecoder().decode(from: parts[1]) }
            let deliveries = try parts.count > 2 ? PickleDecoder().decode(Int.self, from: parts[2]) : nil
            self.init(item: item, deliveries: deliveries, receipt: receipt, holding: holding)
        } catch {
            try? await givingBack { try await holding.call("nack", [receipt]) }
            throw error
        }
    }
}
