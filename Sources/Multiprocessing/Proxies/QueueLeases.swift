import Pickle

extension ItemQueueProxy {
    /// Whether the queue's server has leases; CPython's has not.
    public var hasLeases: Bool {
        get async throws { try await object.reference.client.traits().extensions.contains("lease") }
    }

    /// Takes an item, works on it, and only then is done with it. While the work lasts the item is on lease: when it fails,
    /// is cancelled, or this process dies, the item goes back to the front of the queue, and another gets it.
    ///
    /// - Parameter body: the work. When it throws, the item goes back and the error is thrown on.
    /// - Returns: what the work returns.
    /// - Throws: ``RemoteError`` of type `queueShutDown`; ``ManagerError`` of code `notSupported` towards CPython.
    public func withLease<Result>(_ body: (Element) async throws -> Result) async throws -> Result {
        try await withLease([], body)
    }

    /// Takes an item on lease, and waits no longer than this for one.
    ///
    /// - Throws: as ``withLease(_:)``; ``RemoteError`` of type `queueEmpty`.
    public func withLease<Result>(timeout: Duration, _ body: (Element) async throws -> Result) async throws -> Result {
        try await withLease([.true, try Fragment(timeout)], body)
    }

    private func withLease<Result>(_ arguments: [Fragment], _ body: (Element) async throws -> Result) async throws -> Result {
        try await object.reference.taken()
        let (client, identifier) = (object.reference.client, object.identifier)
        return try await client.withSession { session in
            let lease = try await object.supported("lease", orElse: "get() takes an item for good") {
                try await session.call(identifier, "lease", arguments).value()
            }
            guard case .tuple(let parts) = lease, parts.count == 2 else {
                throw ManagerError(.protocolViolation, "a lease is a receipt and an item")
            }
            let receipt = try Fragment(parts[0])
            do {
                let item: Element = try await ReplyDecoding.of(client) { try PickleDecoder().decode(from: parts[1]) }
                let result = try await body(item)
                try await givingBack { _ = try await session.call(identifier, "ack", [receipt]) }
                return result
            } catch {
                try? await givingBack { _ = try await session.call(identifier, "nack", [receipt]) }
                throw error
            }
        }
    }
}
