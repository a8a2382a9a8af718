import ManagedObjects
import Pickle
import Synchronization
import Testing

/// Types of any kind, called without a server.
struct UserTypeTests {
    final class Maths: Sendable, CustomStringConvertible {
        let base: Int
        init(base: Int) { self.base = base }
        convenience init(refusing reason: String) throws { throw PythonException.valueError(reason) }
        func add(_ a: Int, _ b: Int) -> Int { base &+ a &+ b }
        func say(_ text: String, _ times: Int?) async throws -> String { String(repeating: text, count: min(max(times ?? 1, 0), 100)) }
        func half(_ number: Double) -> Double { number / 2 }
        func small(_ number: Int8) -> Int8 { number }
        func sum(_ numbers: [Int], _ weights: [String: Double]) -> Double { Double(numbers.reduce(0, &+)) + weights.values.reduce(0, +) }
        func echo(_ value: PickleValue) -> PickleValue { value }
        func nothing() {}
        func fail(_ kind: String) throws {
            switch kind {
            case "python": throw PythonException.keyError(.int(1))
            case "convertible": throw Overdrawn()
            default: throw Unlucky(number: 13)
            }
        }
        func counter(_ start: Int?) -> Counter? { start.map { Counter(value: $0) } }
        var description: String { "Maths on \(base)" }
    }

    struct Unlucky: Error { let number: Int }
    struct Overdrawn: PythonExceptionConvertible { var pythonException: PythonException { .valueError("overdrawn") } }

    struct Counter: Codable {
        var value = 0
        mutating func advance(_ step: Int) -> Int {
            value += step
            return value
        }
    }

    /// Nothing guards it.
    final class Ledger {
        private var entries: [String] = []
        func append(_ entry: String) -> Int {
            entries.append(entry)
            return entries.count
        }
    }

    /// Says itself what may be called.
    final class Clock: ManagedType, Sendable {
        static let managedMethods = [Method("tell", Clock.tell)]
        static let managedInitializer = Initializer(Clock.init)
        func tell() -> String { "noon" }
    }

    actor Account {
        private var balance = 0
        func pay(_ sum: Int) -> Int {
            balance += sum
            return balance
        }
    }

    static let maths: Registry = {
        var registry = Registry()
        registry.register("Maths", parameters: ["base"], Maths.init(base:)) {
            Method("add", parameters: ["a", "b"], Maths.add)
            Method("plus", Maths.add)
            Method("say", parameters: ["text", "times"], Maths.say)
            Method("half", Maths.half)
            Method("small", Maths.small)
            Method("sum", Maths.sum)
            Method("echo", Maths.echo)
            Method("nothing", Maths.nothing)
            Method("fail", Maths.fail)
            Method("counter", returning: "Counter", Maths.counter)
            Method("lost", returning: "Nobody") { (maths: Maths) in maths }
            Method("other", returning: "Counter") { (maths: Maths) in maths }
        }
        registry.register("Bad", Maths.init(refusing:)) {}
        registry.register("Counter", Counter.self) {
            Method("advance") { (counter: inout Counter, step: Int) in counter.advance(step) }
            Method("value") { (counter: Counter) in counter.value }
        }
        registry.register("Ledger", guarding: { Ledger() }) {
            Method("append") { (ledger: inout Ledger, entry: String) in ledger.append(entry) }
        }
        registry.register("Account", Account.init) {
            Method("pay") { (account: Account, sum: Int) in await account.pay(sum) }
        }
        registry.register("get_ledger", shared: Ledger()) {
            Method("append") { (ledger: inout Ledger, entry: String) in ledger.append(entry) }
        }
        registry.register("Clock", Clock.self)
        registry.register("get_clock", shared: Clock())
        registry.register("get_counter", shared: Counter()) {
            Method("advance") { (counter: inout Counter, step: Int) in counter.advance(step) }
        }
        return registry
    }()

    private func make(_ typeID: String, _ arguments: PickleValue...) throws -> UserObjectUnderTest {
        UserObjectUnderTest(try Self.maths.object(typeID, Arguments(arguments.map { try Fragment($0) })))
    }

    @Test func `Methods are called with their arguments, and answer with their results`() async throws {
        let maths = try make("Maths", 100)
        #expect(try await maths.value("add", 4, 3) == 107)
        #expect(try await maths.value("say", "ab", 2) == "abab")
        #expect(try await maths.value("say", "ab") == "ab")
        #expect(try await maths.value("half", 3) == 1.5)
        #expect(try await maths.value("sum", [1, 2], ["a": 0.5]) == 3.5)
        #expect(try await maths.value("nothing") == .none)
        let odd: PickleValue = [.tuple([1, .bytes([0xff])]), [2: nil]]
        #expect(try await maths.value("echo", odd) == odd)
    }

    @Test func `Named parameters take keyword arguments`() async throws {
        let maths = try make("Maths", 0)
        #expect(try await maths.value("add", positional: [4], keywords: [("b", 3)]) == 7)
        #expect(try await maths.value("say", positional: [], keywords: [("text", "x")]) == "x")
    }

    @Test(arguments: [
        ("add", [1], "Maths.add() missing 1 required positional argument: 'b'"),
        ("add", [1, 2, 3], "Maths.add() takes 3 positional arguments but 4 were given"),
        ("add", [1, "2"], "add() argument 'b' must be int, not str"),
        ("add", [1, nil], "add() argument 'b' must be int, not None"),
        ("say", [], "Maths.say() missing 1 required positional argument: 'text'"),
        ("say", ["a", "b"], "say() argument 'times' must be int or None, not str"),
        ("plus", [1], "plus expected 2 arguments, got 1"),
        ("plus", [1, 2.5], "plus() argument 2 must be int, not float"),
        ("half", [], "Maths.half() takes exactly one argument (0 given)"),
        ("half", ["x"], "half() argument 1 must be float, not str"),
        ("nothing", [1], "Maths.nothing() takes no arguments (1 given)"),
        ("sum", [1, [:]], "sum() argument 1 must be list, not int"),
        ("sum", [[], []], "sum() argument 2 must be dict, not list"),
        ("sum", [[1, "x"], [:]], "sum() argument 1: [1]: expected Int, found str 'x'"),
    ] as [(String, [PickleValue], String)])
    func `Wrong arguments are Python's TypeError`(_ method: String, _ arguments: [PickleValue], _ message: String) async throws {
        let exception = try #require(try await make("Maths", 0).exception(method, arguments))
        #expect(exception.name == "TypeError")
        #expect(exception.arguments == [.string(message)])
    }

    @Test func `A number out of range is an OverflowError`() async throws {
        let maths = try make("Maths", 0)
        #expect(try await maths.exception("small", [300])?.name == "OverflowError")
        #expect(try await maths.exception("small", [.integer(PickleInteger(UInt64.max))])?.name == "OverflowError")
    }

    @Test(arguments: [
        ("python", "KeyError", .int(1)), ("convertible", "ValueError", "overdrawn"), ("any", "RuntimeError", "Unlucky(number: 13)"),
    ] as [(String, String, PickleValue)])
    func `What a method throws is raised`(_ kind: String, _ name: String, _ argument: PickleValue) async throws {
        let exception = try #require(try await make("Maths", 0).exception("fail", [.string(kind)]))
        #expect(exception.name == name)
        #expect(exception.arguments == [argument])
    }

    @Test func `Initializers check what they are given`() throws {
        func message(_ typeID: String, _ arguments: PickleValue...) -> String? {
            do {
                _ = try Self.maths.object(typeID, Arguments(arguments.map { try Fragment($0) }))
                return nil
            } catch {
                return (error as? PythonException)?.arguments.first?.text
            }
        }
        #expect(message("Maths") == "Maths.__init__() missing 1 required positional argument: 'base'")
        #expect(message("Maths", "x") == "Maths() argument 'base' must be int, not str")
        #expect(message("Bad", "no luck") == "no luck")
        #expect(message("Counter") == "cannot create 'Counter' objects: they are returned by methods of others")
        #expect(message("Ledger", 1) == "Ledger() takes no arguments (1 given)")
        #expect(message("Nobody") == "Nobody")
    }

    @Test func `Only what is registered is exposed, and can be called`() throws {
        let maths = try make("Maths", 0).object
        #expect(maths.exposed == ["add", "counter", "echo", "fail", "half", "lost", "nothing", "other", "plus", "say", "small", "sum"])
        var effects = Effects()
        let id = CallID(session: SessionID(1), number: 1)
        #expect(maths.call("description", Arguments(), id: id, now: Timestamp(nanoseconds: 0), effects: &effects) == nil)
    }

    @Test func `Structs change in their place, ordinary classes are guarded, actors guard themselves`() async throws {
        let counter = try make("get_counter")
        #expect(try await counter.value("advance", 2) == 2)
        #expect(try await make("get_counter").value("advance", 3) == 5)
        let ledger = try make("Ledger")
        #expect(try await ledger.value("append", "a") == 1)
        #expect(try await ledger.value("append", "b") == 2)
        #expect(try await make("Ledger").value("append", "a") == 1)
        #expect(try await make("get_ledger").value("append", "a") == 1)
        #expect(try await make("get_ledger").value("append", "b") == 2)
        let account = try make("Account")
        #expect(try await account.value("pay", 5) == 5)
        #expect(try await account.value("pay", 5) == 10)
    }

    @Test func `A type may say itself what may be called`() async throws {
        for typeID in ["Clock", "get_clock"] { #expect(try await make(typeID).value("tell") == "noon") }
    }

    @Test func `A returned object becomes a managed one`() async throws {
        let maths = try make("Maths", 0)
        let reply = try await maths.reply("counter", [7])
        guard case .proxy(let typeID, let object) = reply else {
            Issue.record("no object was returned, but \(reply)")
            return
        }
        let counter = UserObjectUnderTest(try Self.maths.place(object, as: typeID))
        #expect(try await counter.value("advance", 1) == 8)
        #expect(try await counter.value("value") == 8)
        #expect(try await counter.value("#GETVALUE") == ["value": 8])
        #expect(try await maths.value("counter") == .none)
        for method in ["other", "lost"] {
            guard case .proxy(let typeID, let object) = try await maths.reply(method, []) else {
                Issue.record("no object was returned")
                return
            }
            #expect(throws: PythonException.self) { try Self.maths.place(object, as: typeID) }
        }
    }

    @Test func `A description is what str and repr give; without one it is Python's default`() async throws {
        let maths = try make("Maths", 5)
        guard case .text(let text) = try await maths.reply("__str__", []) else {
            Issue.record("no text")
            return
        }
        #expect(text.string == "Maths on 5")
        let ledger = try make("Ledger").object
        guard case .text(let text) = ledger.fallback("__repr__", python: .latest, address: "0x1f"),
            case .unserializable(let refusal) = ledger.fallback("#GETVALUE", python: .latest, address: "0x1f")
        else {
            Issue.record("no fallback")
            return
        }
        #expect(text.string == "<Ledger object at 0x1f>")
        #expect(refusal.arguments == ["cannot pickle 'Ledger' object"])
    }

    @Test func `A call that is given up has its task cancelled`() async throws {
        let started = AsyncStream<Void>.makeStream()
        let ended = AsyncStream<Bool>.makeStream()
        var registry = Registry()
        registry.register("Sleeper", shared: Counter()) {
            Method("sleep") { (_: Counter) in
                started.continuation.yield()
                try? await Task.sleep(for: .seconds(60))
                ended.continuation.yield(Task.isCancelled)
            }
        }
        let sleeper = UserObjectUnderTest(try registry.object("Sleeper", Arguments()))
        let id = CallID(session: SessionID(1), number: 1)
        let answering = Task { try await sleeper.reply("sleep", [], id: id) }
        for await _ in started.stream { break }
        var effects = Effects()
        sleeper.object.cancel(id, effects: &effects)
        for await wasCancelled in ended.stream {
            #expect(wasCancelled)
            break
        }
        _ = try await answering.value
    }
}

/// An object whose methods leave the event loop: what their calls are answered with.
struct UserObjectUnderTest: Sendable {
    let object: HostedObject

    init(_ object: HostedObject) { self.object = object }

    struct NoValue: Error { let reply: Reply }

    func reply(
        _ method: String, _ positional: [PickleValue], keywords: [(String, PickleValue)] = [], id: CallID = CallID(session: SessionID(1), number: 1)
    ) async throws -> Reply {
        let arguments = Arguments(try positional.map { try Fragment($0) }, keywords: try keywords.map { ($0.0, try Fragment($0.1)) })
        var effects = Effects()
        let result = try #require(object.call(method, arguments, id: id, now: Timestamp(nanoseconds: 0), effects: &effects))
        switch result {
        case .reply(let reply): return reply
        case .waits: throw NoValue(reply: .none)
        case .runs(let running):
            return await withCheckedContinuation { continuation in
                running.start(globalConcurrentExecutor) { effects in continuation.resume(returning: effects.answers[0].reply) }
            }
        }
    }

    func value(_ method: String, _ arguments: PickleValue...) async throws -> PickleValue {
        try await value(method, positional: arguments)
    }

    func value(_ method: String, positional: [PickleValue], keywords: [(String, PickleValue)] = []) async throws -> PickleValue {
        let reply = try await reply(method, positional, keywords: keywords)
        guard case .value(let value) = reply else { throw NoValue(reply: reply) }
        return try value.value()
    }

    func exception(_ method: String, _ arguments: [PickleValue]) async throws -> PythonException? {
        if case .exception(let exception) = try await reply(method, arguments) { exception } else { nil }
    }
}

/// What clients may send that nobody expects.
extension UserTypeTests {
    private static let oddities: [PickleValue] = [
        nil, true, -1, .int(.max), .integer(PickleInteger(UInt64.max)), .float(.nan), .float(.infinity), "", .surrogateString([0xed, 0xa0, 0x80]),
        .bytes([]), .legacyString([0xff]), [], [[]], [:], [.tuple([]): nil], [nil: 1, 2: [nil]], .tuple([1, [2]]),
        .global(PickleGlobal(module: "os", name: "system")),
        .instance(PickleInstance(.global(PickleGlobal(module: "os", name: "system")), ["true"])),
        (0..<600).reduce(.none) { value, _ in .list([value]) },
    ]

    @Test(arguments: ["add", "plus", "say", "half", "small", "sum", "echo", "nothing", "fail", "counter", "lost", "other", "__str__"])
    func `Whatever a client sends is answered`(_ method: String) async throws {
        let maths = try make("Maths", 0)
        var answers = 0
        for first in Self.oddities {
            for arguments in [[first], [first, first], [1, first], [first, [:]]] {
                _ = try await maths.reply(method, arguments)
                _ = try await maths.reply(method, [], keywords: [("a", first), ("b", first), ("a", first)])
                answers += 2
            }
        }
        #expect(answers == 8 * Self.oddities.count)
    }
}
