/// What is known of methods by their names: whether a call may be repeated when its connection was lost, and whether it waits by nature.
///
/// A user's own method under one of these names is taken for one of its kind.
enum CallBehaviour {
    /// Changes nothing: it may be repeated.
    case reads
    /// Waits for others. It may be repeated while it has not been answered, since it has then done nothing or its effect has gone with the connection.
    case waits
    /// Waits for others, and may have been done although no answer came.
    case waitsAndChanges
    /// May have been done although no answer came.
    case changes

    var mayBeRepeated: Bool { self == .reads || self == .waits }
    /// Whether ``ManagerConfiguration/callTimeout`` holds for it.
    var isLimited: Bool { self == .reads || self == .changes }

    /// - Returns: `nil` for a method that is not known, which is neither repeated nor limited.
    static func of(_ method: String) -> CallBehaviour? { all[method] }

    /// Whether a function of the server may be called again when its connection was lost. What `create` and `incref` counted has ended with the
    /// connection, except on CPython's servers, which then keep one reference too many, as they do for every client that dies.
    static func mayServerFunctionBeRepeated(_ function: String) -> Bool { repeatableFunctions.contains(function) }

    private static let repeatableFunctions: Set = [
        "create", "incref", "dummy", "get_methods", "number_of_objects", "debug_info", "extensions", "server_info", "holders",
    ]

    private static let all: [String: CallBehaviour] = {
        let names: [(CallBehaviour, String)] = [
            (.reads, """
                __getitem__ __len__ __contains__ __repr__ __str__ #GETVALUE __getattribute__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__
                counts dead_letters peek fencing_token was_abandoned
                keys values items copy count index has_key qsize empty full is_set locked isdisjoint issubset issuperset
                """),
            // What was leased has gone back with the connection.
            (.waits, "get acquire acquire_fenced wait join lease"),
            // What `get_many` of a dict reads, `get_many` of a queue takes.
            (.waitsAndChanges, "put get_many take_dead_letters"),
            (.changes, """
                __setitem__ __delitem__ __setattr__ __delattr__ __iter__ __next__ __reversed__ __iadd__ __imul__ __ior__ __iand__ __isub__ __ixor__
                append extend insert pop popitem remove reverse sort clear update setdefault add discard set
                increment exchange compare_and_set add_if_absent replace_all
                put_nowait put_many get_nowait task_done ack nack renew refill release notify notify_all abort reset shutdown
                """),
        ]
        return names.reduce(into: [:]) { all, kind in for name in kind.1.split(whereSeparator: \.isWhitespace) { all[String(name)] = kind.0 } }
    }()
}
