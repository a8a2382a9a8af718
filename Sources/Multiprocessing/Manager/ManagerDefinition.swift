@_exported public import ManagedObjects

/// What a manager's server offers, by a type that the server's process can find. Python's `class MyManager(BaseManager)` with its
/// `register` calls.
///
/// ```swift
/// enum Jobs: ManagerDefinition {
///     static let tasks = TypeID<QueueProxy<Int>>("get_task")
///     static func register(in registry: inout Registry) {
///         registry.register(tasks, shared: ManagedQueue())
///         registry.register("Maths", Maths.init) {
///             Method("add", Maths.add)
///         }
///     }
/// }
/// ```
///
/// Objects may be of any class, actor or struct. Their methods run off the server's event loops: one that takes long or blocks holds up nobody.
/// Declare it at file scope and not `private`: the server's process finds it by its name.
public protocol ManagerDefinition: SendableMetatype {
    /// Registers what the server offers.
    static func register(in registry: inout Registry)
}

/// The types that Python's `SyncManager` registers.
public enum StandardTypes: ManagerDefinition {
    public static func register(in registry: inout Registry) {
        registry = .standard
    }
}

/// A registered name, and the proxy by which its objects are used.
public struct TypeID<ProxyType: Proxy>: Sendable {
    public let name: String

    /// - Parameter name: as Python's clients know it.
    public init(_ name: String) { self.name = name }
}

extension TypeID: TypeIdentifier {
    public var registeredName: String { name }
}
