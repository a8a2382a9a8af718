@_exported public import Multiprocessing

/// Lets a class, an actor or a struct be registered by its name alone, and writes the typed proxy by which Swift programs use it.
///
/// ```swift
/// import ManagedMacros
/// import Multiprocessing
///
/// @Managed final class Maths: Sendable {
///     @Exposed init() {}
///     @Exposed func add(_ a: Int, _ b: Int) -> Int { a + b }
/// }
///
/// enum Types: ManagerDefinition {
///     static let maths = TypeID<Maths.Proxy>("Maths")
///     static func register(in registry: inout Registry) {
///         registry.register(maths, Maths.self)
///     }
/// }
/// ```
///
/// Clients then write:
///
/// <!-- given: manager: Manager -->
/// ```swift
/// let maths = try await manager(TypeID<Maths.Proxy>("Maths"))
/// let sum = try await maths.add(4, 3)
/// ```
///
/// What is marked ``Exposed(_:returning:)`` can be called, and nothing else. A method of the proxy has the same parameters and is
/// `async throws`; Python's clients call it by the same name, with the parameters' labels as keywords. A parameter with a default value may be
/// left out by both. A type without an initializer of its own can be made without arguments.
///
/// Arguments must be `Codable & Sendable`, results too; what cannot be sent (`inout`, closures, `some`…) is a compile-time error.
@attached(extension, conformances: ManagedType, names: named(managedMethods), named(managedInitializer), named(Proxy))
public macro Managed() = #externalMacro(module: "ManagedMacrosPlugin", type: "ManagedMacro")

/// Marks a method, or the initializer, of a ``Managed()`` type that clients may call.
///
/// - Parameters:
///   - name: as clients call it; left out, the method's own name.
///   - typeID: for a method that returns an object of another ``Managed()`` type: a name that this type is registered under. The caller
///     gets a proxy of the object. Python's `method_to_typeid`.
@attached(peer)
public macro Exposed(_ name: String? = nil, returning typeID: String? = nil) =
    #externalMacro(module: "ManagedMacrosPlugin", type: "ExposedMacro")
