/// The calls by which protocols without opcodes for them carry built-in values, recognised as those values.
///
/// Sources: CPython `Lib/pickle.py` (`save_bytes`, `save_bytearray`, `save_set`, `save_frozenset`), and the `__reduce__`
/// methods of these types.
enum KnownReduction {
    typealias Index = PickleNode.Index

    /// The value that the call would make; `nil` when the call is not one of these.
    static func node(callable: Index, arguments: Index, in nodes: [PickleNode]) -> PickleNode? {
        guard case .atom(.global(let global)) = nodes[Int(callable)],
            case .tuple(let arguments) = nodes[Int(arguments)]
        else { return nil }
        if global.module == "builtins" { return builtin(global.name, arguments, nodes) }
        guard global.module == "_codecs", global.name == "encode" else { return nil }
        return latin1(arguments, nodes).map { .atom(.bytes($0)) }
    }

    private static func builtin(_ name: String, _ arguments: [Index], _ nodes: [PickleNode]) -> PickleNode? {
        switch name {
        case "set": elements(arguments, nodes).map(PickleNode.set)
        case "frozenset": elements(arguments, nodes).map(PickleNode.frozenSet)
        case "bytes": arguments.isEmpty ? .atom(.bytes([])) : nil
        case "bytearray": byteArray(arguments, nodes).map(PickleNode.byteArray)
        default: nil
        }
    }

    /// `()` or `([…],)`
    private static func elements(_ arguments: [Index], _ nodes: [PickleNode]) -> [Index]? {
        if arguments.isEmpty { return [] }
        guard arguments.count == 1, case .list(let elements) = nodes[Int(arguments[0])] else { return nil }
        return elements
    }

    /// `()`, `(b'…',)` or `('…', 'latin-1')`
    private static func byteArray(_ arguments: [Index], _ nodes: [PickleNode]) -> [UInt8]? {
        if arguments.isEmpty { return [] }
        guard arguments.count == 1 else { return latin1(arguments, nodes) }
        guard case .atom(.bytes(let bytes)) = nodes[Int(arguments[0])] else { return nil }
        return bytes
    }

    /// `('…', 'latin1')`
    private static func latin1(_ arguments: [Index], _ nodes: [PickleNode]) -> [UInt8]? {
        guard arguments.count == 2, let codec = nodes[Int(arguments[1])].text,
            codec == "latin1" || codec == "latin-1",
            case .atom(.string(let text)) = nodes[Int(arguments[0])]
        else { return nil }
        return PickleText.latin1(text)
    }
}
