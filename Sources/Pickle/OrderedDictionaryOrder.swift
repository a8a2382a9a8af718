/// What two equal values must have in common beyond their classes' numbers: where two `OrderedDict`s stand in the same place of both,
/// one order.
///
/// An `OrderedDict` equals a `dict` of any order, so this is no question of classes: the pairs of objects that stand in the same place
/// are looked at, each pair once.
struct OrderedDictionaryOrder {
    private struct Pair: Hashable {
        let left: PythonObject
        let right: PythonObject
    }

    private var classes: PythonEqualityClasses
    private var seen: Set<Pair> = []
    private var pending: [Pair] = []

    init(_ classes: PythonEqualityClasses) { self.classes = classes }

    /// - Parameters: two values that have one number.
    mutating func agrees(_ left: PickleValue, _ right: PickleValue) -> Bool {
        add(left, right)
        while let pair = pending.popLast() {
            guard compare(pair) else { return false }
        }
        return true
    }

    private mutating func add(_ left: PickleValue, _ right: PickleValue) {
        // An object equals itself, and what has no parts has no order.
        guard let left = PythonObject(left), let right = PythonObject(right), left != right else { return }
        let pair = Pair(left: left, right: right)
        if seen.insert(pair).inserted { pending.append(pair) }
    }

    private mutating func compare(_ pair: Pair) -> Bool {
        let (left, right) = (pair.left, pair.right)
        switch left.kind {
        case .dictionary: return compareEntries(left, left.children, right, right.children, isOrdered: left.isOrderedDictionary && right.isOrderedDictionary)
        case .instance: return compareInstances(left, right)
        case .tuple, .list, .deque: addAll(left, left.children, right, right.children)
        // What can be hashed holds no `OrderedDict`.
        case .set, .persistent: break
        }
        return true
    }

    private mutating func addAll(_ left: PythonObject, _ one: [PickleNode.Index], _ right: PythonObject, _ other: [PickleNode.Index]) {
        for (one, other) in zip(one, other) { add(left.part(one), right.part(other)) }
    }

    private mutating func compareInstances(_ left: PythonObject, _ right: PythonObject) -> Bool {
        guard case .instance(let one) = left.reference.node, case .instance(let other) = right.reference.node else { return true }
        addAll(left, one.orderedParts, right, other.orderedParts)
        return compareEntries(left, one.dictionaryItems, right, other.dictionaryItems, isOrdered: false)
    }

    /// Keys and values in turn; values of equal keys stand in one place.
    private mutating func compareEntries(
        _ left: PythonObject, _ one: [PickleNode.Index], _ right: PythonObject, _ other: [PickleNode.Index], isOrdered: Bool
    ) -> Bool {
        let (one, other) = (entries(left, one), entries(right, other))
        guard !isOrdered || one.order == other.order else { return false }
        for (key, value) in one.values {
            if let counterpart = other.values[key] { add(value, counterpart) }
        }
        return true
    }

    /// The keys' numbers in the order in which they came, and the values by them; the last of a key counts.
    private mutating func entries(_ object: PythonObject, _ items: [PickleNode.Index]) -> (order: [Int], values: [Int: PickleValue]) {
        var (order, values): ([Int], [Int: PickleValue]) = ([], [:])
        for place in stride(from: 0, to: items.count - 1, by: 2) {
            let key = classes.number(of: object.part(items[place]))
            if values.updateValue(object.part(items[place + 1]), forKey: key) == nil { order.append(key) }
        }
        return (order, values)
    }
}

extension PythonObject {
    fileprivate func part(_ index: PickleNode.Index) -> PickleValue { reference.graph.value(at: index) }
}

extension PickleInstanceNode {
    /// The parts whose places count.
    fileprivate var orderedParts: [PickleNode.Index] {
        [callable, arguments] + (keywordArguments.map { [$0] } ?? []) + listItems + states
    }
}
