public import Pickle

/// `threading.Event`: a flag that can be waited for.
public struct ManagedEvent: ManagedObject {
    private var isSet = false
    private var waiters = Waiters<Void>()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        _ = try Self.constructor.bind(arguments)
    }

    private static let constructor = Signature.python("Event.__init__").before(.python3, .python("Event.__init__", optional: ["verbose"]))

    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.lockType() }

    public static let methods = MethodTable<ManagedEvent> {
        Method("Event.is_set") { (event, _, _) in .bool(event.isSet) }.before(.python3, .python("Event.isSet"))
        Method("Event.isSet") { (event, _, _) in .bool(event.isSet) }
        Method("Event.set") { (event, _, effects) in
            event.isSet = true
            for (call, _) in event.waiters.removeAll() { effects.answer(call, .bool(true)) }
            return .none
        }
        Method("Event.clear") { (event, _, _) in
            event.isSet = false
            return .none
        }
        Method("Event.wait", optional: ["timeout"]) { (event, call, _) throws(PythonException) in
            guard !event.isSet else { return .bool(true) }
            let deadline = try call.deadline(timeout: 0, .compared(">"))
            guard case .block(let until) = deadline else { return .bool(false) }
            event.waiters.append(call.id)
            return .waits(until: until)
        }
    }

    public mutating func timeOut(_ call: CallID, effects: inout Effects) -> Reply? {
        waiters.remove(call).map { .bool(false) }
    }

    public mutating func cancel(_ call: CallID, effects: inout Effects) -> Bool {
        waiters.remove(call) != nil
    }

    public func repr(python: PythonVersion, address: String) -> PythonText {
        PythonVersion(3, 11) <= python
            ? "<threading.Event at \(address): \(isSet ? "set" : "unset")>" : .plainRepr("threading", "Event", python, address)
    }
}
