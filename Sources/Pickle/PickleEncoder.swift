/// Makes Python values of Swift values that are `Encodable`.
///
/// What has named parts becomes a `dict` with `str` keys, what has numbered parts a `list`, `nil` becomes `None`, `[UInt8]`
/// becomes `bytes`. A Swift dictionary becomes a `dict` whose keys are what its keys encode as (`[Int: …]` has `int` keys); one
/// whose keys are no scalars becomes the list of keys and values in turn that Swift makes of it. Enums have Swift's synthesized
/// form. A ``PickleValue`` passes as it is.
///
/// ```swift
/// struct Task: Codable { var name: String, sizes: [Int] }
/// let value = try PickleEncoder().encode(Task(name: "a", sizes: [1]))   // {'name': 'a', 'sizes': [1]}
/// ```
public struct PickleEncoder: Sendable {
    public init() {}

    /// The Python value that stands for a Swift value.
    ///
    /// - Throws: what the value's own `encode(to:)` throws.
    public func encode<Value: Encodable>(_ value: Value) throws -> PickleValue {
        try PickleEncodingSlot(value, at: .root).value
    }
}

/// A place for one value, filled while its containers are being written.
final class PickleEncodingSlot {
    enum Content {
        case empty
        case value(PickleValue)
        case list([PickleEncodingSlot])
        case dictionary(Entries)
    }

    struct Entries {
        var slots: [(key: PickleValue, slot: PickleEncodingSlot)] = []
        private var places: [String: Int] = [:]

        /// A key that is written a second time replaces the first.
        mutating func set(_ key: String, _ slot: PickleEncodingSlot) {
            if let place = places[key] {
                slots[place].slot = slot
            } else {
                places[key] = slots.count
                slots.append((.string(key), slot))
            }
        }
    }

    var content = Content.empty

    init() {}

    init<Value: Encodable>(_ value: Value, at path: PickleCodingPath) throws {
        if let scalar = value as? any PickleRepresentable {
            content = .value(scalar.pickled)
        } else if let list = value as? any PickleRepresentableList {
            content = .value(.list(list.pickledElements))
        } else if let dictionary = value as? any PickleEncodableDictionary, let value = try dictionary.pickled(at: path) {
            content = .value(value)
        } else {
            try value.encode(to: PickleValueEncoder(slot: self, codingPath: path.keys))
        }
    }

    /// What was written; an empty `dict` for a value that wrote nothing.
    var value: PickleValue {
        switch content {
        case .empty: [:]
        case .value(let value): value
        case .list(let slots): .list(slots.map(\.value))
        case .dictionary(let entries): .dictionary(PickleEntries(entries.slots.lazy.map { (key: $0.key, value: $0.slot.value) }))
        }
    }

    func openList() {
        switch content {
        case .empty: content = .list([])
        case .list: break
        default: preconditionFailure("a value asked its encoder for containers of two kinds")
        }
    }

    func openDictionary() {
        switch content {
        case .empty: content = .dictionary(Entries())
        case .dictionary: break
        default: preconditionFailure("a value asked its encoder for containers of two kinds")
        }
    }

    var count: Int {
        if case .list(let slots) = content { slots.count } else { 0 }
    }

    func append(_ slot: PickleEncodingSlot) {
        guard case .list(var slots) = exchange(&content, .empty) else { return }
        slots.append(slot)
        content = .list(slots)
    }

    func set(_ key: String, _ slot: PickleEncodingSlot) {
        guard case .dictionary(var entries) = exchange(&content, .empty) else { return }
        entries.set(key, slot)
        content = .dictionary(entries)
    }
}
