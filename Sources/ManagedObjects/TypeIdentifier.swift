/// The name under which a type or an object is registered: a `String`, or one that also says which proxy belongs to it.
public protocol TypeIdentifier: Sendable {
    /// As Python's clients know it.
    var registeredName: String { get }
}

extension String: TypeIdentifier {
    public var registeredName: String { self }
}
