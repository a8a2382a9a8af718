import ManagedObjects

/// What a call asks for: a method of an object, or a function of the server. Most calls of a session ask for what one of its latest did, so
/// that what a name stands for is kept with the name.
final class CallTarget {
    /// `nil` for `None`, which names the server itself.
    let identifier: String?
    let method: String
    /// Where both have been found; `nil` until then, and when the object has no such method.
    var place: Place?

    init(_ identifier: String?, _ method: String) {
        self.identifier = identifier
        self.method = method
    }

    /// An object's place in the table, and the method.
    final class Place: Sendable {
        let entry: ObjectTable.Entry
        let method: HostedMethod

        init(_ entry: ObjectTable.Entry, _ method: HostedMethod) {
            self.entry = entry
            self.method = method
        }
    }
}
