import ManagedObjects

/// What a call asks for. Most calls of a session ask for what one of its latest did, so that what a name stands for is kept with the name.
enum CallTarget {
    case method(TargetMethod)
    /// A function of the server, or a name that is no method of an object.
    case name(TargetName)
}

/// A method of an object that was there when it was first called.
final class TargetMethod: Sendable {
    // For this class alone: whoever takes a reference out of another object has it counted, but not that object itself. Counting these for each call
    // took a tenth of a call's time.
    private let entry: ObjectTable.Entry
    let identifier: String
    let method: HostedMethod

    init(_ identifier: String, _ entry: ObjectTable.Entry, _ method: HostedMethod) {
        self.identifier = identifier
        self.entry = entry
        self.method = method
    }

    /// `nil` once it has gone.
    var object: HostedObject? { entry.object }

    /// Calls the method of the object, as ``HostedObject/call(_:_:id:now:effects:)``.
    func call(
        _ object: HostedObject, _ arguments: consuming Arguments, id: CallID, now: Timestamp, effects: inout Effects
    ) -> Outcome {
        object.call(method, arguments, id: id, now: now, effects: &effects)
    }
}

final class TargetName: Sendable {
    /// `nil` for `None`, which names the server itself.
    let identifier: String?
    let method: String

    init(_ identifier: String?, _ method: String) {
        self.identifier = identifier
        self.method = method
    }
}
