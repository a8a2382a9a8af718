import Foundation
import ManagedObjects
import ManagerServer
import Pickle
import TestSupport
import Testing

/// Random calls of several clients at once, each over a connection of its own: what they saw must fit calls one after the other.
///
/// `LINEARIZABILITY_HISTORIES=20000 swift test --filter LinearizabilityTests` makes more of them; `LINEARIZABILITY_SEED` makes the same calls again.
@Suite(.serialized) struct LinearizabilityTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let histories = environment["LINEARIZABILITY_HISTORIES"].flatMap { Int($0) } ?? 60
    private static let seed = environment["LINEARIZABILITY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...1_000_000)
    private static let callsOfEach = 6

    @Test func `A lock`() async throws {
        try await check("Lock", from: LockModel()) { recorder, client, lock, generator in
            let operation = LockModel.Operation.allCases.randomElement(using: &generator)!
            let timeout = Self.timeout(&generator)
            try recorder.record(client.number, operation) {
                switch operation {
                case .acquire: try client.call(lock, "acquire", [true, timeout]).value == true
                case .release: try !client.call(lock, "release").isError
                }
            }
        }
    }

    @Test func `A robust lock, whose holders vanish`() async throws {
        try await check("RobustLock", from: RobustLockModel()) { recorder, client, lock, generator in
            let operation = RobustLockModel.Operation.allCases.randomElement(using: &generator)!
            let timeout = Self.timeout(&generator)
            try recorder.record(client.number, operation) {
                switch operation {
                case .acquire:
                    guard case .tuple(let parts) = try client.call(lock, "acquire_fenced", [true, timeout]).value, case .int(let token) = parts[0] else {
                        return .refused
                    }
                    return .acquired(token: token, wasAbandoned: parts[1] == true)
                case .release: return try client.call(lock, "release").isError ? .refused : .released
                case .vanish: return nil
                }
            }
            if operation == .vanish { try client.vanish() }
        }
    }

    @Test func `A semaphore`() async throws {
        try await check("BoundedSemaphore", [2], from: SemaphoreModel(bound: 2, available: 2)) { recorder, client, semaphore, generator in
            let operation = SemaphoreModel.Operation.allCases.randomElement(using: &generator)!
            let timeout = Self.timeout(&generator)
            try recorder.record(client.number, operation) {
                switch operation {
                case .acquire: try client.call(semaphore, "acquire", [true, timeout]).value == true
                case .release: try !client.call(semaphore, "release").isError
                }
            }
        }
    }

    @Test func `A queue`() async throws {
        try await check("Queue", [2], from: QueueModel(capacity: 2)) { recorder, client, queue, generator in
            let item = Int.random(in: 0..<1_000_000, using: &generator)
            let operation = Bool.random(using: &generator) ? QueueModel.Operation.put(item) : .get
            let timeout = Self.timeout(&generator)
            try recorder.record(client.number, operation) {
                switch operation {
                case .put(let item): return try client.call(queue, "put", [.int(item), true, timeout]).isError ? .full : .put
                case .get:
                    guard case .int(let item) = try client.call(queue, "get", [true, timeout]).value else { return .empty }
                    return .got(item)
                }
            }
        }
    }

    @Test func `A dict`() async throws {
        try await check("dict", from: DictionaryModel()) { recorder, client, dictionary, generator in
            let (key, value) = (Int.random(in: 0..<2, using: &generator), Int.random(in: 0..<3, using: &generator))
            let operations: [(DictionaryModel.Operation, String, [PickleValue])] = [
                (.get(key), "get", [.int(key)]), (.set(key, value), "__setitem__", [.int(key), .int(value)]), (.pop(key), "pop", [.int(key), .none]),
                (.increment(key), "increment", [.int(key)]), (.compareAndSet(key, value, 1), "compare_and_set", [.int(key), .int(value), 1]),
                (.count, "__len__", []),
            ]
            let (operation, method, arguments) = operations.randomElement(using: &generator)!
            try recorder.record(client.number, operation) {
                switch try client.call(dictionary, method, arguments).value {
                case .int(let number): .init(value: number)
                case .bool(let flag): .init(value: flag ? 1 : 0)
                default: .init(value: nil)
                }
            }
        }
    }

    /// None, or one that may just end while others are at work.
    private static func timeout(_ generator: inout SeededGenerator) -> PickleValue {
        [0, 0.0005, 0.002].randomElement(using: &generator)!
    }

    // MARK: Recording

    private typealias Step<Model: SequentialModel> = @Sendable (HistoryRecorder<Model>, TestClient, String, inout SeededGenerator) throws -> Void

    /// Lets four clients make random calls of one object, again and again with another object, and checks each history.
    private func check<Model: SequentialModel>(
        _ typeID: String, _ arguments: [PickleValue] = [], from model: Model, _ step: @escaping Step<Model>
    ) async throws {
        try await withServer { server in
            let clients = try (0..<4).map { try TestClient($0, server) }
            // An object lives as long as the client that made it.
            let maker = try TestClient(4, server)
            for number in 0..<Self.histories {
                let (recorder, object) = (HistoryRecorder<Model>(), try maker.create(typeID, arguments))
                try await onThreads(clients) { client in
                    var generator = SeededGenerator(seed: Self.seed &+ UInt64(number) &* 4 &+ UInt64(client.place))
                    for _ in 0..<Self.callsOfEach { try step(recorder, client, object, &generator) }
                }
                try maker.drop(object)
                guard LinearizabilityCheck.passes(recorder.history, from: model) else {
                    Issue.record("seed \(Self.seed), history \(number) is not linearizable:\n\(recorder.text)")
                    return
                }
            }
        }
    }

    /// Runs the body for each, on a thread of its own, which it may block.
    private func onThreads(_ clients: [TestClient], _ body: @escaping @Sendable (TestClient) throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            for client in clients {
                group.addTask {
                    try await withCheckedThrowingContinuation { continuation in
                        Thread { continuation.resume(with: Result { try body(client) }) }.start()
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// A client of a history: a connection, of one or the other kind, that one thread uses at a time.
private final class TestClient: @unchecked Sendable {
    // Proof: of the threads that use it one has ended when the next begins.
    let place: Int
    private let server: ManagerServer
    /// Another, once it has vanished.
    private(set) var number: Int
    private var connection: Connection
    private var lastCall: UInt64 = 0

    private enum Connection {
        case plain(RawPeer)
        case multiplexed(MultiplexedPeer)
    }

    init(_ place: Int, _ server: ManagerServer) throws {
        self.place = place
        self.server = server
        number = place
        connection = try Self.connect(place, server)
    }

    private static func connect(_ place: Int, _ server: ManagerServer) throws -> Connection {
        try place % 2 == 0 ? .plain(RawPeer.session(server)) : .multiplexed(MultiplexedPeer(server))
    }

    /// Closes the connection and comes again as another.
    func vanish() throws {
        connection = try Self.connect(place, server)
        number += 100
    }

    func create(_ typeID: String, _ arguments: [PickleValue]) throws -> String {
        guard case .tuple(let created) = try call(nil, "create", [.string(typeID)] + arguments).value, case .string(let identifier) = created[0] else {
            throw RawPeer.Closed()
        }
        return identifier
    }

    func drop(_ object: String) throws { _ = try call(nil, "decref", [.string(object)]) }

    func call(_ object: String?, _ method: String, _ arguments: [PickleValue] = []) throws -> (value: PickleValue, isError: Bool) {
        let reply: (kind: String, result: PickleValue)
        switch connection {
        case .plain(let peer): reply = try peer.request(object, method, arguments)
        case .multiplexed(let peer):
            lastCall += 1
            try peer.request(lastCall, object, method, arguments)
            reply = try peer.reply().parts
        }
        return (reply.result, reply.kind != "#RETURN")
    }
}
