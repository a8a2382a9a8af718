import Logging
public import ManagedMacros
import ManagerServer

/// The types of the tests: what the macro writes for them must compile, and work.
@Managed public final class Maths: Sendable, CustomStringConvertible {
    private let base: Int

    @Exposed public init(base: Int = 0) { self.base = base }

    /// The sum of two numbers and the base.
    @Exposed public func add(_ a: Int, _ b: Int) -> Int { base + a + b }
    @Exposed func say(_ text: String, times: Int = 2, mark: String? = nil) -> String { String(repeating: text, count: times) + (mark ?? ".") }
    @Exposed("root") func squareRoot(of number: Double) throws -> Double {
        guard number >= 0 else { throw PythonException.valueError("math domain error") }
        return number.squareRoot()
    }
    @Exposed func slow(_ value: PickleValue) async -> PickleValue { value }
    @Exposed func forget() {}
    @Exposed(returning: "Tally") func tally(from start: Int) -> Tally { Tally(total: start) }
    @Exposed(returning: "Tally") func maybe(_ exists: Bool) -> Tally? { exists ? Tally(total: 0) : nil }
    func hidden() -> Int { 13 }
    public var description: String { "Maths on \(base)" }
}

@Managed struct Tally: Codable {
    var total = 0
    @Exposed mutating func advance(by step: Int = 1) -> Int {
        total += step
        return total
    }
    @Exposed func value() -> Int { total }
}

@Managed actor Account {
    private var balance = 0
    @Exposed func pay(_ sum: Int) throws -> Int {
        guard balance + sum >= 0 else { throw PythonException.valueError("overdrawn") }
        balance += sum
        return balance
    }
    @Exposed func wait() async -> Int { balance }
    @Exposed nonisolated func currency() -> String { "EUR" }
}

@MainActor @Managed final class Window {
    private var title = ""
    nonisolated init() {}
    @Exposed func rename(_ title: String) -> String {
        self.title = title
        return self.title
    }
}

enum Types: ManagerDefinition {
    static let maths = TypeID<Maths.Proxy>("Maths")
    static let tally = TypeID<Tally.Proxy>("get_tally")
    static let account = TypeID<Account.Proxy>("Account")
    static let window = TypeID<Window.Proxy>("get_window")

    static func register(in registry: inout Registry) {
        registry.register(maths, Maths.self)
        registry.register("Tally", Tally.self)
        registry.register(tally, shared: Tally())
        registry.register(account, Account.self)
        registry.register(window, shared: Window())
    }
}

/// Runs the body with a server that offers the types.
func withTypes(_ body: (ManagerServer, Manager) async throws -> Void) async throws {
    var registry = Registry()
    Types.register(in: &registry)
    let configuration = ServerConfiguration(address: .tcp("127.0.0.1", 0), authkey: "abc")
    let server = try await ManagerServer(registry, configuration: configuration, logger: Logger(label: "test"))
    let manager = Manager(address: server.address, authkey: "abc")
    do {
        try await manager.connect()
        try await body(server, manager)
    } catch {
        await server.shutdown()
        throw error
    }
    await manager.shutdown()
    await server.shutdown()
}
