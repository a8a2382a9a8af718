/// What the holder of a key may do at a server.
///
/// Objects are known by the name of their type, or by the name under which one object is registered for all.
public struct Permissions: Hashable, Sendable, Codable {
    /// The names of which it may ask for a proxy (`manager.NAME()`): of a new object, or of the one that is shared.
    public var creates: NameSet
    /// The methods that it may call, by the name of the object. `__str__`, `__repr__` and `#GETVALUE`, which gives a whole object by value, are methods, too.
    public var calls: [String: NameSet]
    /// The methods that it may call of every object.
    public var callsOfAll: NameSet
    /// The functions of ``Permissions/administration`` that it may call.
    public var administers: NameSet

    /// The functions of a server that concern everybody's objects.
    public static let administration = ["shutdown", "number_of_objects", "debug_info", "holders"]

    /// Everything.
    public static let all = Permissions(creates: .all, callsOfAll: .all, administers: .all)

    /// What is named, and nothing else.
    public init(creates: NameSet = [], calls: [String: NameSet] = [:], callsOfAll: NameSet = [], administers: NameSet = []) {
        self.creates = creates
        self.calls = calls
        self.callsOfAll = callsOfAll
        self.administers = administers
    }

    /// The methods that it may call of the objects of this name.
    public func methods(of name: String) -> NameSet {
        guard var methods = calls[name] else { return callsOfAll }
        methods.formUnion(callsOfAll)
        return methods
    }

    /// Whether it has anything to do with objects of this name, so that it may count references to them.
    func concerns(_ name: String) -> Bool { creates.contains(name) || !methods(of: name).isEmpty }
}
