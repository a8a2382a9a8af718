/// Some names, or all there are.
public struct NameSet: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
    /// `nil` for all.
    private var names: Set<String>?

    /// Every name.
    public static let all = NameSet(names: nil)

    private init(names: Set<String>?) { self.names = names }

    /// These names and no others.
    public init(_ names: some Sequence<String>) { self.names = Set(names) }

    /// These names and no others.
    public init(arrayLiteral names: String...) { self.init(names) }

    /// Whether the name is among them.
    public func contains(_ name: String) -> Bool { names?.contains(name) ?? true }

    /// Whether there is no name at all.
    public var isEmpty: Bool { names?.isEmpty ?? false }

    /// Adds a name.
    public mutating func insert(_ name: String) { names?.insert(name) }

    /// Adds all names of another set.
    public mutating func formUnion(_ other: NameSet) {
        guard let added = other.names else { return names = nil }
        names?.formUnion(added)
    }
}
