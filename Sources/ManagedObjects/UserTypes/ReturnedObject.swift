/// An object that a method has returned, and that has no place yet: the registry knows what may be called of it.
final class ReturnedObject: HostedObject, @unchecked Sendable {
    // Proof: its only property does not change.
    let value: any Sendable

    init(_ value: any Sendable) {
        self.value = value
        super.init(Never.self)
    }
}
