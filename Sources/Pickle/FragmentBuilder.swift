/// Puts fragments together to one: a list, a tuple or a dict of values that stay pickled.
public struct FragmentBuilder: Sendable {
    private var body: [UInt8] = []
    private var lowest = PickleProtocol.v2
    private var highest = PickleProtocol.v5

    public init() {}

    /// Writes one value's opcodes behind those that are there.
    public mutating func append(_ fragment: Fragment) {
        fragment.body.withUnsafeBytes { body.append(contentsOf: $0) }
        lowest = max(lowest, fragment.readers.lowest)
        highest = min(highest, fragment.readers.highest)
    }

    /// Writes single opcodes that have no argument.
    private mutating func append(opcodes: UInt8...) { body += opcodes }

    private var fragment: Fragment { Fragment(body: SmallBytes(body), lowest: lowest, highest: highest) }

    /// A `list` of these elements. As picklers do, at most a thousand are on the reader's stack at a time.
    public static func list(_ elements: some Sequence<Fragment>) -> Fragment {
        batches(opening: 0x5d, closing: 0x65, elements.lazy.map { [$0] })
    }

    /// A `dict` of these entries.
    public static func dictionary(_ entries: some Sequence<(key: Fragment, value: Fragment)>) -> Fragment {
        batches(opening: 0x7d, closing: 0x75, entries.lazy.map { [$0.key, $0.value] })
    }

    private static func batches(opening: UInt8, closing: UInt8, _ items: some Sequence<[Fragment]>) -> Fragment {
        var builder = FragmentBuilder()
        builder.append(opcodes: opening)
        var count = 0
        for item in items {
            if count == 0 { builder.append(opcodes: 0x28) }
            for fragment in item { builder.append(fragment) }
            count += 1
            if count == 1_000 {
                builder.append(opcodes: closing)
                count = 0
            }
        }
        if count > 0 { builder.append(opcodes: closing) }
        return builder.fragment
    }

    /// A `tuple` of these elements.
    public static func tuple(_ elements: [Fragment]) -> Fragment {
        var builder = FragmentBuilder()
        guard !elements.isEmpty else {
            builder.append(opcodes: 0x29)
            return builder.fragment
        }
        if elements.count > 3 { builder.append(opcodes: 0x28) }
        for element in elements { builder.append(element) }
        builder.append(opcodes: elements.count > 3 ? 0x74 : 0x84 + UInt8(elements.count))
        return builder.fragment
    }
}
