/// Puts fragments together to one: a list, a tuple or a dict of values that stay pickled.
public struct FragmentBuilder: Sendable {
    private var body: [UInt8] = []
    private var lowest = PickleProtocol.v2
    private var highest = PickleProtocol.v5
    private var owners: [any FragmentOwner] = []

    public init() {}

    /// Writes one value's opcodes behind those that are there.
    public mutating func append(_ fragment: Fragment) {
        fragment.body.withUnsafeBytes { body.append(contentsOf: $0) }
        lowest = max(lowest, fragment.readers.lowest)
        highest = min(highest, fragment.readers.highest)
        if let owner = fragment.owner { owners.append(owner) }
    }

    /// Writes an opcode that has no argument.
    private mutating func append(_ opcode: PickleOpcode) { body.append(opcode.rawValue) }

    private var fragment: Fragment {
        let fragment = Fragment(body: SmallBytes(body), lowest: lowest, highest: highest)
        return owners.isEmpty ? fragment : fragment.owned(by: FragmentOwners(owners))
    }

    /// A `list` of these elements. As picklers do, at most a thousand are on the reader's stack at a time.
    public static func list(_ elements: some Sequence<Fragment>) -> Fragment {
        batches(opening: .emptyList, closing: .appends, elements.lazy.map { [$0] })
    }

    /// A `dict` of these entries.
    public static func dictionary(_ entries: some Sequence<(key: Fragment, value: Fragment)>) -> Fragment {
        batches(opening: .emptyDict, closing: .setItems, entries.lazy.map { [$0.key, $0.value] })
    }

    /// A `set` of these elements, for readers of protocol 4.
    public static func set(_ elements: some Sequence<Fragment>) -> Fragment {
        let set = batches(opening: .emptySet, closing: .addItems, elements.lazy.map { [$0] })
        return Fragment(body: set.body, lowest: max(set.readers.lowest, .v4), highest: set.readers.highest)
    }

    private static func batches(opening: PickleOpcode, closing: PickleOpcode, _ items: some Sequence<[Fragment]>) -> Fragment {
        var builder = FragmentBuilder()
        builder.append(opening)
        var count = 0
        for item in items {
            if count == 0 { builder.append(.mark) }
            for fragment in item { builder.append(fragment) }
            count += 1
            if count == 1_000 {
                builder.append(closing)
                count = 0
            }
        }
        if count > 0 { builder.append(closing) }
        return builder.fragment
    }

    /// A `tuple` of these elements.
    public static func tuple(_ elements: [Fragment]) -> Fragment {
        var builder = FragmentBuilder()
        guard !elements.isEmpty else {
            builder.append(.emptyTuple)
            return builder.fragment
        }
        if elements.count > 3 { builder.append(.mark) }
        for element in elements { builder.append(element) }
        builder.append([.emptyTuple, .tuple1, .tuple2, .tuple3, .tuple][min(elements.count, 4)])
        return builder.fragment
    }
}

/// The owners of the parts that a value was put together from.
private final class FragmentOwners: FragmentOwner {
    private let owners: [any FragmentOwner]

    init(_ owners: [any FragmentOwner]) { self.owners = owners }

    func owner(ofPart value: PickleValue) -> (any FragmentOwner)? {
        let parts = owners.compactMap { $0.owner(ofPart: value) }
        return parts.isEmpty ? nil : FragmentOwners(parts)
    }
}
