import Logging
import ManagerServer
import Multiprocessing
import Synchronization

/// The types of the tests of users' types, and a server that offers them.
enum UserTypes: ManagerDefinition {
    final class Maths: Sendable, CustomStringConvertible {
        let base: Int
        init(_ base: Int?) { self.base = base ?? 0 }
        func add(_ a: Int, _ b: Int) -> Int { base + a + b }
        func mean(_ numbers: [Double]) throws -> Double {
            guard !numbers.isEmpty else { throw PythonException.valueError("no numbers") }
            return numbers.reduce(0, +) / Double(numbers.count)
        }
        func fail() throws { throw Unlucky(number: 13) }
        func counter(_ start: Int) -> Counter { Counter(value: start) }
        func nobody() -> Counter? { nil }
        var description: String { "Maths on \(base)" }
    }

    struct Unlucky: Error { let number: Int }

    struct Counter: Codable {
        var value = 0
        mutating func advance(_ step: Int) -> Int {
            value += step
            return value
        }
    }

    /// Lets callers wait until one opens it: two calls are in the actor at the same time.
    actor Gate {
        private var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []

        func enter() async -> Bool {
            if !isOpen { await withCheckedContinuation { waiting.append($0) } }
            return isOpen
        }

        func open() -> Int {
            isOpen = true
            defer { waiting = [] }
            for continuation in waiting { continuation.resume() }
            return waiting.count
        }

        var count: Int { waiting.count }
    }

    static let maths = TypeID<MathsProxy>("Maths")
    static let gate = TypeID<ObjectProxy>("get_gate")

    static func register(in registry: inout Registry) {
        registry.register(maths, Maths.init) {
            Method("add", parameters: ["a", "b"], Maths.add)
            Method("mean", Maths.mean)
            Method("fail", Maths.fail)
            Method("counter", returning: "Counter", Maths.counter)
            Method("nobody", returning: "Counter", Maths.nobody)
        }
        registry.register("Counter", Counter.self) { counterMethods }
        registry.register("get_counter", shared: Counter()) { counterMethods }
        registry.register("new_counter", { Counter() }) { counterMethods }
        registry.register(gate, shared: Gate()) {
            Method("enter") { (gate: Gate) in await gate.enter() }
            Method("open") { (gate: Gate) in await gate.open() }
            Method("waiting") { (gate: Gate) in await gate.count }
        }
        registry.register("get_tasks", shared: ManagedQueue())
    }

    @MethodTableBuilder<Counter>
    private static var counterMethods: [Method<Counter>] {
        Method("advance") { (counter: inout Counter, step: Int) in counter.advance(step) }
        Method("value") { (counter: Counter) in counter.value }
    }
}

/// A typed proxy as a user writes it.
struct MathsProxy: Proxy {
    let object: ObjectProxy
    func add(_ a: Int, _ b: Int) async throws -> Int { try await object.call("add", [a, b]) }
    func mean(_ numbers: [Double]) async throws -> Double { try await object.call("mean", [numbers]) }
    func counter(_ start: Int) async throws -> ObjectProxy { try await object.call("counter", [start]) }
}

/// Runs the body with a server with one event loop that offers the types, and what the registration adds.
func withUserTypes(
    _ register: (inout Registry) -> Void = { _ in }, _ body: (ManagerServer) async throws -> Void
) async throws {
    var registry = Registry()
    UserTypes.register(in: &registry)
    register(&registry)
    var configuration = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc")
    configuration.threads = 1
    let server = try await ManagerServer(registry, configuration: configuration, logger: Logger(label: "test"))
    do {
        try await body(server)
        await server.shutdown()
    } catch {
        await server.shutdown()
        throw error
    }
}

extension ManagerServer {
    /// A manager that is connected to this server.
    func connected() async throws -> Manager {
        let manager = Manager(address: address, authkey: "abc")
        try await manager.connect()
        return manager
    }

    var port: String {
        if case .tcp(_, let port) = address { String(port) } else { "" }
    }
}
