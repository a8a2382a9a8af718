public import ManagerConnection
import ManagedObjects
import Pickle

/// An object on a server, of any type: its methods are called by name. Python's `AutoProxy`.
///
/// <!-- given: manager: Manager -->
/// ```swift
/// let sum: Int = try await manager.proxy("Maths").add(4, 3)
/// ```
///
/// A proxy can be given to a child process, which then refers to the same object. It may be used by any number of tasks; calls that
/// wait do not hold up others.
@dynamicMemberLookup
public struct ObjectProxy: Sendable {
    let reference: ObjectReference
    /// Goes along with every call of a method.
    var fencingToken: FencingToken?

    /// Under which name the object's type is registered.
    public var typeID: String { reference.typeID }
    /// The object's name on its server.
    public var identifier: String { reference.identifier }
    /// The server's address.
    public var address: ManagerAddress { reference.client.address }

    /// A method, to be called: `proxy.add(4, 3)`.
    public subscript(dynamicMember method: String) -> RemoteMethod {
        RemoteMethod(proxy: self, name: method)
    }

    /// Calls a method.
    ///
    /// - Parameters:
    ///   - method: its name on the server, as Python has it.
    ///   - arguments: anything `Encodable`.
    ///   - keywords: arguments by name.
    ///   - type: what it returns; it may be left out where the context tells it.
    /// - Returns: what the method returned, as the type that is asked for.
    /// - Throws: ``RemoteError`` when the method raised; ``ManagerError`` when the call failed on the way;
    ///   `CancellationError`.
    public func call<Result: Decodable>(
        _ method: String, _ arguments: [any Encodable & Sendable] = [], keywords: [(String, any Encodable & Sendable)] = [],
        as type: Result.Type = Result.self
    ) async throws -> Result {
        try await result(of: method, arguments.map { try Fragment(encoding: $0) }, keywords.map { name, value in (name, try Fragment(encoding: value)) })
    }

    /// Calls a method whose result is of no interest.
    public func call(_ method: String, _ arguments: [any Encodable & Sendable] = []) async throws {
        _ = try await send(method, arguments.map { try Fragment(encoding: $0) })
    }

    /// `repr(object)`, made by the server: `{1: '1', '2': 2}`.
    public func repr() async throws -> String {
        try await result(of: "__repr__", [])
    }

    /// `str(object)`, made by the server.
    public func str() async throws -> String {
        try await result(of: "__str__", [])
    }

    /// The whole object by value (`#GETVALUE`, Python's `proxy._getvalue()`).
    public func value<Value: Decodable>(as type: Value.Type = Value.self) async throws -> Value {
        try await result(of: "#GETVALUE", [])
    }

    /// Calls a method with arguments that are pickled already.
    func send(_ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []) async throws -> Fragment {
        try await reply(method, arguments, keywords) { reply, _ in try reply.value }
    }

    func result<Result: Decodable>(
        of method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)] = []
    ) async throws -> Result {
        try await reply(method, arguments, keywords) { reply, link in
            // The values that are read directly hold no proxies.
            if case .value(let value) = reply, let result: Result = value.decodeDirectly() { return result }
            return try await ReplyDecoding.of(reference.client) { try decode(reply, link) }
        }
    }

    private func decode<Result: Decodable>(_ reply: Wire.Reply, _ link: ServerLink?) throws -> Result {
        switch reply {
        case .value(let value): return try value.decodeResult()
        case .proxy(let proxy):
            let object = ObjectProxy(reference: try ObjectReference(returned: proxy, client: reference.client, link: link))
            guard let proxy = Result.proxyType?.init(object: object) as? Result else {
                throw ManagerError(.unexpectedValue, "a method of a \(typeID) returned a proxy of a \(object.typeID): ask for an ObjectProxy")
            }
            return proxy
        }
    }

    /// Calls a method, and reads the reply while the server keeps what proxies in it refer to.
    private func reply<Result>(
        _ method: String, _ arguments: [Fragment], _ keywords: [(name: String, value: Fragment)],
        _ read: (Wire.Reply, ServerLink?) async throws -> Result
    ) async throws -> Result {
        let keywords = fencingToken.map { keywords + [$0.keyword] } ?? keywords
        if let session = OwnedSession.current(of: reference) {
            return try await read(try await session.reply(identifier, method, arguments, keywords), reference.client.openLink)
        }
        return try await reference.client.call(reference, method, arguments, keywords, read)
    }
}

extension Fragment {
    /// Reads what a method returned. Where a list is asked for, Python's view of a dict and its `array` are lists, too.
    fileprivate func decodeResult<Result: Decodable>() throws -> Result {
        let value = try value()
        if Result.self == PickleValue.self { return try PickleDecoder().decode(from: value) }
        return try PickleDecoder().decode(from: value.asList ?? value)
    }
}

extension PickleValue {
    /// The list that `list(view)` stands for, as `multiprocessing` pickles the views of a dict, or the items of an `array.array`.
    private var viewedList: PickleValue? {
        guard case .instance(let instance) = self, instance.global == PickleGlobal(module: "builtins", name: "list"),
            instance.arguments.count == 1
        else { return nil }
        return instance.arguments[0]
    }

    fileprivate var asList: PickleValue? { viewedList ?? arrayItems.map { .list(PickleElements($0)) } }
}

/// A method of a remote object, named but not called yet.
@dynamicCallable
public struct RemoteMethod: Sendable {
    let proxy: ObjectProxy
    let name: String

    /// Calls the method; labels become Python's keyword arguments.
    ///
    /// - Throws: as ``ObjectProxy/call(_:_:keywords:as:)``.
    public func dynamicallyCall<Result: Decodable>(
        withKeywordArguments arguments: KeyValuePairs<String, any Encodable & Sendable>
    ) async throws -> Result {
        let positional = arguments.filter { $0.key.isEmpty }.map(\.value)
        let named = arguments.filter { !$0.key.isEmpty }.map { ($0.key, $0.value) }
        return try await proxy.call(name, positional, keywords: named)
    }
}

extension Decodable {
    /// The type as a proxy's, when it is one or an optional one.
    fileprivate static var proxyType: (any Proxy.Type)? {
        self as? any Proxy.Type ?? (self as? any OptionalProxy.Type)?.wrappedType
    }
}

/// What a method can be asked for that returns a proxy or `None`.
private protocol OptionalProxy {
    static var wrappedType: any Proxy.Type { get }
}

extension Optional: OptionalProxy where Wrapped: Proxy {
    static var wrappedType: any Proxy.Type { Wrapped.self }
}
