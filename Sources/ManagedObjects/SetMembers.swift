import Pickle

/// The elements of a Python `set`, each still pickled, and set algebra on them.
struct SetMembers: Sendable {
    private var entries = KeyedEntries()
    /// Whether these are the elements of a `set` or `frozenset`, not of another iterable.
    private var isSet = true

    init() {}

    /// What iterating over a value gives.
    ///
    /// - Parameter python: whose elements they are.
    /// - Throws: `TypeError` when it is not iterable, or an element is not hashable.
    init(_ iterable: Fragment, _ python: PythonVersion) throws(PythonException) {
        try self.init(iterable.pythonValue(), in: iterable, python)
    }

    /// - Parameters:
    ///   - value: what is iterated over.
    ///   - whole: the same, still pickled.
    init(_ value: PickleValue, in whole: Fragment, _ python: PythonVersion) throws(PythonException) {
        switch value {
        case .set, .frozenSet: break
        default: isSet = false
        }
        for element in try whole.fragments(of: value.pythonIteration(python: python)) { try insert(element, python) }
    }

    var count: Int { entries.count }
    var isEmpty: Bool { count == 0 }
    var elements: some Sequence<Fragment> { entries.entries.map(\.key) }
    var fragment: Fragment { FragmentBuilder.set(elements) }

    /// The same elements as a `frozenset`.
    var frozen: Fragment {
        get throws(PythonException) {
            guard case .set(let elements) = try fragment.pythonValue() else { return fragment }
            return try Fragment(pythonValue: .frozenSet(elements), from: fragment)
        }
    }

    func contains(_ key: EntryKey) -> Bool { entries.contains(key) }

    /// An element that is there already stays as it is.
    mutating func insert(_ element: Fragment, _ python: PythonVersion) throws(PythonException) {
        let key = try EntryKey(element, python: python)
        if !entries.contains(key) { entries.set(key, (element, .none)) }
    }

    /// - Returns: whether it was there.
    mutating func remove(_ key: EntryKey) -> Bool { entries.remove(key) != nil }

    /// Any element, which is taken out.
    mutating func pop() -> Fragment? { entries.removeLast()?.key }

    func union(_ other: SetMembers) -> SetMembers {
        var all = self
        for (key, entry) in other.entries.keyed where !all.contains(key) { all.entries.set(key, entry) }
        return all
    }

    /// As in CPython, the elements are those of the smaller of two sets, of the other where both are of one size or it is no set.
    func intersection(_ other: SetMembers) -> SetMembers {
        other.isSet && other.count > count ? filter { other.contains($0) } : other.filter { self.contains($0) }
    }

    func subtracting(_ other: SetMembers) -> SetMembers { filter { !other.contains($0) } }
    func symmetricDifference(_ other: SetMembers) -> SetMembers { subtracting(other).union(other.subtracting(self)) }
    func isSubset(of other: SetMembers) -> Bool { entries.keyed.allSatisfy { other.contains($0.key) } }

    private func filter(_ isIncluded: (EntryKey) -> Bool) -> SetMembers {
        var kept = SetMembers()
        for (key, entry) in entries.keyed where isIncluded(key) { kept.entries.set(key, entry) }
        return kept
    }
}
