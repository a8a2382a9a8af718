public import Pickle

/// A typed proxy: what a ``TypeID`` gives, and what can be sent to a child process.
///
/// A proxy of your own type wraps an ``ObjectProxy``:
///
/// ```swift
/// struct MathsProxy: Proxy {
///     let object: ObjectProxy
///     func add(_ a: Int, _ b: Int) async throws -> Int { try await object.call("add", [a, b]) }
/// }
/// ```
public protocol Proxy: Codable, PickleRepresentable, Sendable {
    /// The same object, untyped.
    var object: ObjectProxy { get }
    init(object: ObjectProxy)
}

extension Proxy {
    /// `repr(object)`, made by the server: `{1: '1', '2': 2}`.
    public func repr() async throws -> String {
        try await object.repr()
    }
}

extension ObjectProxy: Proxy {
    public var object: ObjectProxy { self }
    public init(object: ObjectProxy) { self = object }
}
