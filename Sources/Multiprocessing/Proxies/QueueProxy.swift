import Pickle

/// A `queue.Queue` on a server. Python's `Queue` and `JoinableQueue`, which are the same there.
///
/// ```swift
/// for try await task in queue { try await results.put(work(task)) }
/// ```
public struct QueueProxy<Element: Codable & Sendable>: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many items wait (`q.qsize()`).
    public var count: Int {
        get async throws { try await object.result(of: "qsize", []) }
    }

    /// Whether no item waits (`q.empty()`).
    public var isEmpty: Bool {
        get async throws { try await object.result(of: "empty", []) }
    }

    /// Puts an item; waits while the queue is full (`q.put(item)`).
    public func put(_ element: Element) async throws {
        _ = try await object.send("put", [try Fragment(encoding: element)])
    }

    /// Puts an item, and waits no longer than this for room (`q.put(item, timeout=…)`).
    ///
    /// - Throws: ``RemoteError`` of type `queueFull`.
    public func put(_ element: Element, timeout: Duration) async throws {
        _ = try await object.send("put", [try Fragment(encoding: element), .true, try Fragment(encoding: timeout.inSeconds)])
    }

    /// Puts these items, in their order, with one round trip where there is room for all; waits for room where there is not.
    ///
    /// A server that is not CPython's takes them in one call (`q.put_many(items)`); otherwise each is a `put`, sent without waiting
    /// for the one before. When the call is cancelled, some may have been put.
    public func put(contentsOf elements: some Sequence<Element>) async throws {
        let items = try elements.map { try Fragment(encoding: $0) }
        let client = object.reference.client
        if try await !client.traits().extensions.isEmpty {
            do {
                _ = try await object.send("put_many", [FragmentBuilder.list(items)])
                return
            } catch let error as RemoteError where error.type == .queueFull {}
        }
        try await object.reference.taken()
        try await client.call(object.identifier, "put", each: items.map { [$0] })
    }

    /// Takes an item; waits until there is one (`q.get()`). A cancelled call takes nothing.
    public func get() async throws -> Element {
        try await object.result(of: "get", [])
    }

    /// Takes an item, and waits no longer than this for one (`q.get(timeout=…)`).
    ///
    /// - Throws: ``RemoteError`` of type `queueEmpty`.
    public func get(timeout: Duration) async throws -> Element {
        try await object.result(of: "get", [.true, try Fragment(encoding: timeout.inSeconds)])
    }

    /// Says that the work on an item is done (`q.task_done()`).
    public func taskDone() async throws {
        _ = try await object.send("task_done", [])
    }

    /// Waits until the work on all items is done (`q.join()`).
    public func join() async throws {
        _ = try await object.send("join", [])
    }
}

// MARK: - Beyond CPython

extension QueueProxy {
    /// Takes up to so many items in one call; waits until there is at least one.
    ///
    /// A server of CPython's does not have it and raises.
    public func get(upTo count: Int) async throws -> [Element] {
        try await object.result(of: "get_many", [Fragment(count)])
    }

    /// Takes up to so many items in one call, and waits no longer than this for the first.
    ///
    /// - Throws: ``RemoteError`` of type `queueEmpty`. A server of CPython's does not have it and raises.
    public func get(upTo count: Int, timeout: Duration) async throws -> [Element] {
        try await object.result(of: "get_many", [Fragment(count), .true, try Fragment(encoding: timeout.inSeconds)])
    }

    /// Whether the queue's server has leases; CPython's has not.
    public var hasLeases: Bool {
        get async throws { try await object.reference.client.traits().extensions.contains("lease") }
    }

    /// Takes an item, works on it, and only then is done with it. While the work lasts the item is on lease: when it fails,
    /// is cancelled, or this process dies, the item goes back to the front of the queue, and another gets it.
    ///
    /// A server of CPython's does not have leases and raises.
    ///
    /// - Parameter body: the work. When it throws, the item goes back and the error is thrown on.
    /// - Returns: what the work returns.
    public func withLease<Result>(_ body: (Element) async throws -> Result) async throws -> Result {
        try await object.reference.taken()
        let (client, identifier) = (object.reference.client, object.identifier)
        return try await client.withSession { session in
            let lease = try await session.call(identifier, "lease", []).value()
            guard case .tuple(let parts) = lease, parts.count == 2 else {
                throw ManagerError(.protocolViolation, "a lease is a receipt and an item")
            }
            let receipt = try Fragment(parts[0])
            do {
                let item: Element = try await ReplyDecoding.of(client) { try PickleDecoder().decode(from: parts[1]) }
                let result = try await body(item)
                _ = try await session.call(identifier, "ack", [receipt])
                return result
            } catch {
                _ = try? await session.call(identifier, "nack", [receipt])
                throw error
            }
        }
    }
}

extension QueueProxy: AsyncSequence {
    /// Takes items for ever; ends with an error or when the task is cancelled.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: QueueProxy

        public mutating func next() async throws -> Element? {
            try await queue.get()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue: self) }
}

extension Duration {
    /// The duration as Python's timeouts are given.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
