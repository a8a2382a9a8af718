import Pickle

/// A `queue.Queue`, `LifoQueue` or `PriorityQueue` on a server.
///
/// <!-- given: queue: QueueProxy<Int>, results: QueueProxy<Int>, work: (Int) -> Int -->
/// ```swift
/// for try await task in queue { try await results.put(work(task)) }
/// ```
///
/// The loop ends when the queue has been shut down and emptied. Of a queue that is to be joined, a ``JoinableQueueProxy`` is made.
public struct QueueProxy<Element: Codable & Sendable>: ItemQueueProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }
}

/// A queue on a server whose items' work can be waited for. In Python it is the same class as a `Queue`: one by this proxy may be one by
/// that for others.
public struct JoinableQueueProxy<Element: Codable & Sendable>: ItemQueueProxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// Says that the work on an item that was taken is done (`q.task_done()`).
    ///
    /// - Throws: ``RemoteError`` `ValueError` when more was done than put.
    public func taskDone() async throws {
        _ = try await object.send("task_done", [])
    }

    /// Waits until the work on all items is done (`q.join()`).
    public func join() async throws {
        _ = try await object.send("join", [])
    }
}

/// Items on a server that come out in an order of the queue's: what a ``QueueProxy`` and a ``JoinableQueueProxy`` have in common.
///
/// Of all three forms of `put` and `get`, the plain one waits, the one with a `timeout` waits no longer than that, and the last does not
/// wait. A cancelled call puts and takes nothing.
public protocol ItemQueueProxy<Element>: LeasingProxy, AsyncSequence {}

extension ItemQueueProxy {
    /// How many items wait (`q.qsize()`).
    public var count: Int {
        get async throws { try await object.result(of: "qsize", []) }
    }

    /// Whether no item waits (`q.empty()`).
    public var isEmpty: Bool {
        get async throws { try await object.result(of: "empty", []) }
    }

    /// Whether there is no room (`q.full()`).
    public var isFull: Bool {
        get async throws { try await object.result(of: "full", []) }
    }

    /// Lets no more items in; what is there can be taken, and then every loop over the queue ends (`q.shutdown(immediate)`).
    ///
    /// - Parameter immediately: whether what is there is dropped.
    /// - Throws: ``ManagerError`` of code `notSupported` towards CPython before 3.13.
    public func shutdown(immediately: Bool = false) async throws {
        let _: PickleValue = try await object.extended(
            "shutdown", [Fragment(immediately)], orElse: "put an item for each worker that says it is the last")
    }
}

// MARK: - Putting

extension ItemQueueProxy {
    /// Puts an item; waits while the queue is full (`q.put(item)`).
    ///
    /// - Throws: ``RemoteError`` of type `queueShutDown`.
    public func put(_ element: Element) async throws {
        _ = try await object.send("put", [try Fragment(encoding: element)])
    }

    /// Puts an item, and waits no longer than this for room (`q.put(item, timeout=…)`).
    ///
    /// - Throws: ``RemoteError`` of type `queueFull` or `queueShutDown`.
    public func put(_ element: Element, timeout: Duration) async throws {
        _ = try await object.send("put", [try Fragment(encoding: element), .true, try Fragment(timeout)])
    }

    /// Puts an item if there is room (`q.put_nowait(item)`).
    ///
    /// - Returns: whether there was.
    /// - Throws: ``RemoteError`` of type `queueShutDown`.
    public func putIfRoom(_ element: Element) async throws -> Bool {
        do {
            _ = try await object.send("put", [try Fragment(encoding: element), .false])
            return true
        } catch let error as RemoteError where error.type == .queueFull {
            return false
        }
    }

    /// Puts these items, in their order, with one round trip where there is room for all; waits for room where there is not.
    ///
    /// A server that is not CPython's takes them in one call (`q.put_many(items)`); otherwise each is a `put`, sent without waiting
    /// for the one before. When the call is cancelled, some may have been put.
    public func put(contentsOf elements: some Sequence<Element>) async throws {
        let elements = Array(elements)
        let client = object.reference.client
        if try await !client.traits().extensions.isEmpty {
            do {
                _ = try await object.send("put_many", [try Fragment(list: elements)])
                return
            } catch let error as RemoteError where error.type == .queueFull {}
        }
        guard object.fencingToken == nil else {
            for element in elements { try await put(element) }
            return
        }
        try await object.reference.taken()
        try await client.call(object.identifier, "put", each: try elements.map { [try Fragment(encoding: $0)] })
    }
}

// MARK: - Getting

extension ItemQueueProxy {
    /// Takes an item; waits until there is one (`q.get()`).
    ///
    /// - Throws: ``RemoteError`` of type `queueShutDown`.
    public func get() async throws -> Element {
        try await object.result(of: "get", [])
    }

    /// Takes an item, and waits no longer than this for one (`q.get(timeout=…)`).
    ///
    /// - Throws: ``RemoteError`` of type `queueEmpty` or `queueShutDown`.
    public func get(timeout: Duration) async throws -> Element {
        try await object.result(of: "get", [.true, try Fragment(timeout)])
    }

    /// Takes an item if there is one; `nil` when there is none (`q.get_nowait()`).
    ///
    /// - Throws: ``RemoteError`` of type `queueShutDown`.
    public func getIfAvailable() async throws -> Element? {
        do {
            let element: Element = try await object.result(of: "get", [.false])
            return element
        } catch let error as RemoteError where error.type == .queueEmpty {
            return nil
        }
    }

    /// Takes up to so many items in one call; waits until there is at least one.
    ///
    /// - Throws: ``RemoteError`` of type `queueShutDown`; ``ManagerError`` of code `notSupported` towards CPython.
    public func get(upTo count: Int) async throws -> [Element] {
        try await getMany([Fragment(count)])
    }

    /// Takes up to so many items in one call, and waits no longer than this for the first.
    ///
    /// - Throws: ``RemoteError`` of type `queueEmpty` or `queueShutDown`; ``ManagerError`` of code `notSupported` towards CPython.
    public func get(upTo count: Int, timeout: Duration) async throws -> [Element] {
        try await getMany([Fragment(count), .true, try Fragment(timeout)])
    }

    private func getMany(_ arguments: [Fragment]) async throws -> [Element] {
        try await object.extended("get_many", arguments, orElse: "get() takes one item")
    }
}

// MARK: - Iterating

/// Takes items until the queue has been shut down and emptied.
public struct ItemQueueIterator<Queue: ItemQueueProxy>: AsyncIteratorProtocol {
    let queue: Queue

    public mutating func next() async throws -> Queue.Element? {
        do {
            return try await queue.get()
        } catch let error as RemoteError where error.type == .queueShutDown {
            return nil
        }
    }
}

extension ItemQueueProxy {
    /// Takes items, each once it is asked for. An item that was taken is gone: ``LeasingProxy/withLease(_:)`` keeps it until its work is done.
    public func makeAsyncIterator() -> ItemQueueIterator<Self> { ItemQueueIterator(queue: self) }
}

extension RemoteError.ExceptionType {
    /// `queue.ShutDown`, of Python 3.13
    public static let queueShutDown = RemoteError.ExceptionType(module: "queue", name: "ShutDown")
}
