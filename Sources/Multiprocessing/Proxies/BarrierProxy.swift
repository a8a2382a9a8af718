import Pickle

/// A meeting point on a server for a number of parties, of a `threading.Barrier`. Python 2.7 has none.
public struct BarrierProxy: Proxy {
    public let object: ObjectProxy
    public init(object: ObjectProxy) { self.object = object }

    /// How many must meet (`barrier.parties`).
    public var parties: Int {
        get async throws { try await attribute("parties") }
    }

    /// How many wait now (`barrier.n_waiting`).
    public var waitingCount: Int {
        get async throws { try await attribute("n_waiting") }
    }

    /// Whether somebody gave up or aborted (`barrier.broken`).
    public var isBroken: Bool {
        get async throws { try await attribute("broken") }
    }

    /// Waits until all parties have come (`barrier.wait()`).
    ///
    /// - Returns: a number from 0 to parties - 1, another for each party.
    /// - Throws: ``RemoteError`` of type `brokenBarrier`.
    @discardableResult
    public func wait() async throws -> Int {
        try await object.result(of: "wait", [.none])
    }

    /// Waits no longer than this, and breaks the barrier when not all have come (`barrier.wait(timeout)`).
    ///
    /// - Throws: ``RemoteError`` of type `brokenBarrier`, for all who wait.
    @discardableResult
    public func wait(for timeout: Duration) async throws -> Int {
        try await object.result(of: "wait", [try Fragment(timeout)])
    }

    /// Breaks the barrier: all who wait get an error (`barrier.abort()`).
    public func abort() async throws {
        _ = try await object.send("abort", [])
    }

    /// Makes the barrier new; all who wait get an error (`barrier.reset()`).
    public func reset() async throws {
        _ = try await object.send("reset", [])
    }

    private func attribute<Value: Decodable>(_ name: String) async throws -> Value {
        try await object.result(of: "__getattribute__", [try Fragment(.string(name))])
    }
}
