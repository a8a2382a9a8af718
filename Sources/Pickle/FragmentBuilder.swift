/// Puts fragments together to one: a list, a tuple or a dict of values that stay pickled.
public struct FragmentBuilder: Sendable {
    private var body = PicklerOutput([])
    private var lowest = PickleProtocol.v2
    private var highest = PickleProtocol.v5
    private var owners: [any FragmentOwner] = []

    public init() {}

    /// Writes one value's opcodes behind those that are there.
    public mutating func append(_ fragment: Fragment) {
        fragment.body.withUnsafeBytes { body.append(raw: $0) }
        restrict(to: fragment.readers)
        if let owner = fragment.owner { owners.append(owner) }
    }

    /// Writes an opcode that has no argument.
    private mutating func append(_ opcode: PickleOpcode) { body.append(opcode) }

    private mutating func restrict(to readers: (lowest: PickleProtocol, highest: PickleProtocol)) {
        lowest = max(lowest, readers.lowest)
        highest = min(highest, readers.highest)
    }

    private var fragment: Fragment {
        let fragment = Fragment(body: SmallBytes(body.bytes), lowest: lowest, highest: highest)
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
        builder.append(tuple: elements)
        return builder.fragment
    }

    /// Writes a `tuple` of these elements behind what is there.
    package mutating func append(tuple elements: [Fragment]) {
        appendTuple(of: elements.count) { builder in
            for element in elements { builder.append(element) }
        }
    }

    /// Writes a `tuple` of so many elements, which the body appends.
    package mutating func appendTuple(of count: Int, _ appendElements: (inout FragmentBuilder) -> Void) {
        if count > 3 { append(.mark) }
        appendElements(&self)
        switch count {
        case 0: append(.emptyTuple)
        case 1: append(.tuple1)
        case 2: append(.tuple2)
        case 3: append(.tuple3)
        default: append(.tuple)
        }
    }
}

// MARK: - Whole pickles

extension FragmentBuilder {
    /// A pickle of one value, which the body appends.
    package static func pickle(at version: PickleProtocol, _ appendValue: (inout FragmentBuilder) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        var builder = FragmentBuilder()
        builder.body = PicklerOutput(bytes)
        builder.body.append(.proto, version.rawValue)
        appendValue(&builder)
        builder.append(.stop)
        return builder.body.bytes
    }

    /// Writes a `str` of this program's own, as ``Fragment/init(text:at:)-(String,_)`` does.
    package mutating func append(text: String, at version: PickleProtocol) {
        body.append(text: text.utf8, at: version)
        restrict(to: Fragment.readers(of: version))
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
