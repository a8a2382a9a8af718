import Pickle

// Calls of methods that this library's servers have beyond CPython's.

extension ObjectProxy {
    /// Calls a method that CPython's servers do not have.
    ///
    /// - Parameter advice: what to do with such a server.
    /// - Throws: ``ManagerError`` of code `notSupported` when the server has no such method. Nothing has been done then.
    func extended<Result: Decodable>(
        _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = [], orElse advice: String
    ) async throws -> Result {
        try await supported(method, orElse: advice) { try await result(of: method, arguments, keywords) }
    }

    /// Runs a body that calls such a method.
    func supported<Result>(_ method: String, orElse advice: String, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as RemoteError where error.isMissing(method) {
            throw ManagerError(.notSupported, "the \(typeID) on this server has no \(method), as CPython's has not: \(advice)")
        }
    }

    /// The advice where a step must not be taken apart.
    static var lockInstead: String { "hold a lock while you read and write, or use a server of this library" }
}

extension RemoteError {
    /// Whether the object has no such method, or does not expose it; the server says so with a traceback of its own.
    func isMissing(_ method: String) -> Bool {
        traceback != nil && (type == .attributeError || type == .keyError && message.contains(method))
    }
}

/// What was there before, from a server that was told what to answer when nothing was.
struct Previous<Value: Decodable>: Decodable, DirectlyDecodable {
    let value: Value?

    /// Python's `NotImplemented`: what it takes for no result at all.
    static var absence: PickleValue { .global(PickleGlobal(module: "builtins", name: "NotImplemented")) }

    init?(direct fragment: Fragment) {
        guard let value = fragment.decodeDirectly(as: Value.self) else { return nil }
        self.value = value
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = try container.decode(PickleValue.self) == Self.absence ? nil : try container.decode(Value.self)
    }
}

extension Fragment {
    /// A timeout as Python's methods take it, in seconds.
    init(_ timeout: Duration) throws {
        let (seconds, attoseconds) = timeout.components
        try self.init(encoding: Double(seconds) + Double(attoseconds) / 1e18)
    }
}
