import Pickle

/// A queue of work on a server, which survives its workers: of a `ManagedWorkQueue`.
///
/// <!-- given: manager: Manager, results: QueueProxy<Int> -->
/// ```swift
/// let queue = try await manager.workQueue(of: String.self, maximumDeliveries: 3)
/// try await queue.put("ada@example.org", delay: .seconds(5), key: "welcome ada")
/// for try await lease in queue.leases { try await results.put(lease.item.count) }
/// ```
///
/// Items are leased: an item whose worker fails or dies goes to another, and one that was delivered too often to the dead letters. CPython's
/// servers have none.
public struct WorkQueueProxy<Element: Codable & Sendable>: LeasingProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Waits until no item is left that is to be worked on: neither one that waits nor one that is delayed or on lease (`q.join()`).
    public func join() async throws { _ = try await object.send("join", []) }

    /// Lets no more items in; what is there is worked on to its end, and then every loop over ``LeasingProxy/leases`` ends.
    ///
    /// - Parameter immediately: whether what waits is dropped.
    public func shutdown(immediately: Bool = false) async throws { _ = try await object.send("shutdown", [Fragment(immediately)]) }
}

// MARK: - Putting

extension WorkQueueProxy {
    /// Puts an item.
    ///
    /// - Parameters:
    ///   - element: what is to be worked on.
    ///   - delay: how long nobody is to get it.
    ///   - priority: those with a higher one come first.
    ///   - key: by which the item is known for the same as another; any value that can be a key of a `dict` in Python.
    ///   - timeout: how long to wait for room where the queue is full; `nil` for as long as it takes.
    /// - Returns: whether it was put: not when its key is taken, by an item in the queue or one that was put within the queue's window.
    /// - Throws: ``RemoteError`` of type `queueFull` or `queueShutDown`.
    @discardableResult
    public func put(
        _ element: Element, delay: Duration = .zero, priority: Int = 0, key: (any Encodable & Sendable)? = nil, timeout: Duration? = nil
    ) async throws -> Bool {
        var keywords = try Self.keywords(delay, priority)
        if let timeout { keywords.append(("timeout", try Fragment(timeout))) }
        if let key { keywords.append(("key", try Fragment(encoding: key))) }
        return try await object.result(of: "put", [try Fragment(encoding: element)], keywords)
    }

    /// Puts these items in one call, in their order.
    ///
    /// - Parameters:
    ///   - elements: what is to be worked on.
    ///   - delay: how long nobody is to get them.
    ///   - priority: those with a higher one come first.
    /// - Throws: ``RemoteError`` of type `queueFull` when there is no room for all, and then none is put; `queueShutDown`.
    public func put(contentsOf elements: some Sequence<Element>, delay: Duration = .zero, priority: Int = 0) async throws {
        _ = try await object.send("put_many", [try Fragment(list: Array(elements))], try Self.keywords(delay, priority))
    }

    /// By their names, which another kind of queue refuses.
    private static func keywords(_ delay: Duration, _ priority: Int) throws -> [(name: String, value: Fragment)] {
        var keywords: [(name: String, value: Fragment)] = []
        if delay > .zero { keywords.append(("delay", try Fragment(delay))) }
        if priority != 0 { keywords.append(("priority", Fragment(priority))) }
        return keywords
    }
}

// MARK: - Looking

/// How many items of each kind a work queue has, at one moment.
public struct WorkCounts: Codable, Hashable, Sendable {
    /// Those that can be leased now.
    public let ready: Int
    /// Those that are being worked on.
    public let leased: Int
    /// Those that are held back until their moment comes.
    public let delayed: Int
    /// Those that were delivered too often.
    public let dead: Int

    public init(ready: Int = 0, leased: Int = 0, delayed: Int = 0, dead: Int = 0) {
        self.ready = ready
        self.leased = leased
        self.delayed = delayed
        self.dead = dead
    }
}

extension WorkQueueProxy {
    /// How many items of each kind there are (`q.counts()`).
    public var counts: WorkCounts {
        get async throws { try await object.result(of: "counts", []) }
    }

    /// The items that would be leased next, without taking them (`q.peek(count)`).
    public func peek(_ count: Int = 1) async throws -> [Element] { try await object.result(of: "peek", [Fragment(count)]) }
}

// MARK: - Dead letters

/// An item that was delivered as often as its queue allows, and never acknowledged.
public struct DeadLetter<Element: Codable & Sendable>: Decodable, Sendable {
    public let item: Element
    /// How often it was delivered.
    public let deliveries: Int

    public init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        item = try parts.decode(Element.self)
        deliveries = try parts.decode(Int.self)
    }
}

extension WorkQueueProxy {
    /// The dead letters, those that have been dead longest first (`q.dead_letters(count)`).
    ///
    /// - Parameter count: how many at most; `nil` for all.
    public func deadLetters(upTo count: Int? = nil) async throws -> [DeadLetter<Element>] {
        try await object.result(of: "dead_letters", [try Fragment(encoding: count)])
    }

    /// Takes dead letters out of the queue, if there are any (`q.take_dead_letters(count)`).
    ///
    /// - Parameter count: how many at most; `nil` for all.
    public func takeDeadLetters(upTo count: Int? = nil) async throws -> [DeadLetter<Element>] {
        try await object.result(of: "take_dead_letters", [try Fragment(encoding: count)])
    }

    /// Takes dead letters out of the queue; waits until there is at least one.
    ///
    /// - Parameters:
    ///   - count: how many at most; `nil` for all.
    ///   - timeout: how long to wait; `nil` for as long as it takes.
    /// - Throws: ``RemoteError`` of type `queueEmpty` or `queueShutDown`.
    public func waitForDeadLetters(upTo count: Int? = nil, timeout: Duration? = nil) async throws -> [DeadLetter<Element>] {
        try await object.result(
            of: "take_dead_letters", [try Fragment(encoding: count), .true, try timeout.map { try Fragment($0) } ?? .none])
    }

    /// Puts dead letters back into line, as if they had never been delivered (`q.refill(count)`).
    ///
    /// - Parameter count: how many at most; `nil` for all.
    /// - Returns: how many.
    @discardableResult
    public func refill(upTo count: Int? = nil) async throws -> Int {
        try await object.result(of: "refill", [try Fragment(encoding: count)])
    }
}
