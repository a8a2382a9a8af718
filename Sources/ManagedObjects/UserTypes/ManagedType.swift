/// A type that says itself what clients may call of its objects. The macro `@Managed` writes it.
///
/// <!-- given: registry: inout Registry -->
/// ```swift
/// final class Maths: ManagedType, Sendable {
///     static let managedMethods = [Method("add", Maths.add)]
///     static let managedInitializer = Initializer(Maths.init)
///     func add(_ a: Int, _ b: Int) -> Int { a + b }
/// }
/// registry.register("Maths", Maths.self)
/// ```
public protocol ManagedType {
    /// What may be called.
    static var managedMethods: [Method<Self>] { get }
    /// How clients make objects.
    static var managedInitializer: Initializer<Self> { get }
}

extension ManagedType {
    /// Objects are returned by methods of others, or shared.
    public static var managedInitializer: Initializer<Self> { .none }
}
