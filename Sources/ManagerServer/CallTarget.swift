import ManagedObjects

/// What a call asks for: a method of an object, or a function of the server. Most calls of a session ask for what one of its latest did, so
/// that what a name stands for is kept with the name.
final class CallTarget: Sendable {
    /// `nil` for `None`, which names the server itself.
    let identifier: String?
    let method: String
    /// `nil` when there was no such object or it has no such method.
    let place: Place?

    /// An object's place in the table, and the method.
    struct Place: Sendable {
        let entry: ObjectTable.Entry
        let method: HostedMethod
    }

    init(_ identifier: String?, _ method: String, in objects: ObjectTable) {
        self.identifier = identifier
        self.method = method
        place = identifier.flatMap { objects.place(of: method, of: $0) }
    }
}
