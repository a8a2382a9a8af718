import Pickle

/// A queue on a server whose items can be leased: taken to be worked on, and gone only when the work is done.
///
/// An item whose worker fails, is cancelled or dies goes back to the front, and another gets it. CPython's servers have no leases.
public protocol LeasingProxy<Element>: Proxy {
    associatedtype Element: Codable & Sendable
}

extension LeasingProxy {
    /// Whether the queue's server has leases; CPython's has not.
    public var hasLeases: Bool {
        get async throws { try await object.reference.client.traits().extensions.contains("lease") }
    }

    /// Takes an item on lease; waits until there is one (`q.lease()`).
    ///
    /// - Throws: ``RemoteError`` of type `queueShutDown`; ``ManagerError`` of code `notSupported` towards CPython.
    public func lease() async throws -> Lease<Element> { try await lease([]) }

    /// Takes an item on lease, and waits no longer than this for one (`q.lease(timeout=…)`).
    ///
    /// - Throws: as ``lease()``; ``RemoteError`` of type `queueEmpty`.
    public func lease(timeout: Duration) async throws -> Lease<Element> {
        try await lease([(name: "timeout", value: try Fragment(timeout))])
    }

    private func lease(_ keywords: [(name: String, value: Fragment)]) async throws -> Lease<Element> {
        let client = object.reference.client
        return try await object.supported("lease", orElse: "get() takes an item for good") {
            try await client.hold(object.reference, "lease", keywords) { try await Lease($0, $1, client) }
        }
    }
}

// MARK: - Scoped

extension LeasingProxy {
    /// Takes an item, works on it, and only then is done with it. While the work lasts the item is on lease: when it fails,
    /// is cancelled, or this process dies, the item goes back to the front of the queue, and another gets it.
    ///
    /// - Parameter body: the work. When it throws, the item goes back and the error is thrown on.
    /// - Returns: what the work returns.
    /// - Throws: ``RemoteError`` of type `queueShutDown`; ``ManagerError`` of code `notSupported` towards CPython.
    public func withLease<Result>(_ body: (Element) async throws -> Result) async throws -> Result {
        try await lease().carryOut { try await body($0.item) }
    }

    /// Takes an item on lease, and waits no longer than this for one.
    ///
    /// - Throws: as ``withLease(_:)``; ``RemoteError`` of type `queueEmpty`.
    public func withLease<Result>(timeout: Duration, _ body: (Element) async throws -> Result) async throws -> Result {
        try await lease(timeout: timeout).carryOut { try await body($0.item) }
    }

    /// Works on one item after the other until the queue has been shut down and everything is done, several at a time if so told.
    ///
    /// <!-- given: queue: WorkQueueProxy<String>, results: QueueProxy<Int> -->
    /// ```swift
    /// try await queue.forEachLease(concurrently: 4) { lease in try await results.put(lease.item.count) }
    /// ```
    ///
    /// - Parameters:
    ///   - width: how many items are worked on at a time.
    ///   - body: the work on one item, which is acknowledged when it returns. When it throws, its item goes back, the work on the others is
    ///     cancelled, and the error is thrown on: what is to be tried later catches its errors and calls ``Lease/giveBack(after:)``.
    /// - Throws: what the body throws, and as ``lease()``.
    public func forEachLease(concurrently width: Int = 1, _ body: @escaping @Sendable (Lease<Element>) async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for _ in 0..<width {
                group.addTask {
                    while let lease = try await next() { try await lease.carryOut(body) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// The next item on lease; `nil` when the queue has been shut down and everything is done.
    fileprivate func next() async throws -> Lease<Element>? {
        do {
            return try await lease()
        } catch let error as RemoteError where error.type == .queueShutDown {
            return nil
        }
    }
}

extension Lease {
    /// Acknowledges when the body returns, and gives back when it throws.
    fileprivate func carryOut<Result>(_ body: (Lease) async throws -> Result) async throws -> Result {
        let result: Result
        do {
            result = try await body(self)
        } catch {
            try? await giveBack()
            throw error
        }
        try await acknowledge()
        return result
    }
}

// MARK: - As a sequence

/// The items of a queue on lease, one after the other.
///
/// <!-- given: queue: WorkQueueProxy<String>, results: QueueProxy<Int> -->
/// ```swift
/// for try await lease in queue.leases { try await results.put(lease.item.count) }
/// ```
///
/// A loop does not tell the sequence how its body ended. So an item is acknowledged when the next one is asked for, which is when the body has
/// come to its end; and it goes back when the loop is left instead, by an error or by `break`. Before a `break` that means success, call
/// ``Lease/acknowledge()``. Work on several items at a time is for ``LeasingProxy/forEachLease(concurrently:_:)``: a body that hands its
/// lease to another task has come to its end when that has only begun.
public struct LeaseSequence<Queue: LeasingProxy>: AsyncSequence, Sendable {
    let queue: Queue

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let queue: Queue
        private var current: Lease<Queue.Element>?

        fileprivate init(_ queue: Queue) { self.queue = queue }

        /// Acknowledges the item before, and takes the next; `nil` when the queue has been shut down and everything is done.
        public mutating func next() async throws -> Lease<Queue.Element>? {
            try await current.take()?.acknowledge()
            current = try await queue.next()
            return current
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue) }
}

extension LeasingProxy {
    /// Its items on lease, one after the other, until the queue has been shut down and everything is done.
    public var leases: LeaseSequence<Self> { LeaseSequence(queue: self) }
}
