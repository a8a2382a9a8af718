/// Python's `==`, and a hash that goes with it.
///
/// - Numbers are equal by value, whatever their types: `1 == 1.0 == True`. A `str` never equals `bytes`; Python 2's `str`
///   equals a `str` when it is ASCII. A `bytearray` equals the same `bytes`, a `frozenset` the same `set`; a `list` does not equal
///   a `tuple`. A `range` equals another that gives the same numbers. The order of a dict does not matter, but that of two `OrderedDict`s
///   does (so that `==` is not transitive where a `dict` stands between them); of entries with equal keys the last counts.
/// - `Decimal` and `Fraction` are numbers among the others; dates with zones are equal when they are the same instant.
/// - An object equals itself, even when it holds a NaN, which otherwise equals nothing, itself included. (In that one case
///   `Equatable`'s reflexivity does not hold.)
/// - Objects of classes that are not known here are equal when their class, arguments, state and items are. A class's own
///   `__eq__` is not run.
/// - An object that contains itself equals itself only. (CPython raises `RecursionError`, mostly.)
///
/// The time of `==` and `hash` grows with the number of objects, not with their depth or with how often they are shared.
extension PickleValue: Hashable {
    public static func == (left: PickleValue, right: PickleValue) -> Bool {
        if let equal = equalAtOnce(left, right) { return equal }
        var classes = PythonEqualityClasses()
        guard classes.number(of: left) == classes.number(of: right) else { return false }
        guard classes.hasOrderedDictionaries else { return true }
        var order = OrderedDictionaryOrder(classes)
        return order.agrees(left, right)
    }

    public func hash(into hasher: inout Hasher) {
        if let key = PickleKey(scalar: self) { return hasher.combine(key) }
        var classes = PythonEqualityClasses()
        let number = classes.number(of: self)
        var hashes: [Int] = []
        hashes.reserveCapacity(classes.forms.count)
        for form in classes.forms { hashes.append(form.hash(hashes)) }
        hasher.combine(hashes[number])
    }

    /// What can be said without looking at objects inside objects; `nil` when that is needed.
    private static func equalAtOnce(_ left: PickleValue, _ right: PickleValue) -> Bool? {
        let keys = (PickleKey(scalar: left), PickleKey(scalar: right))
        if let left = keys.0, let right = keys.1 { return left == right }
        guard let one = PythonObject(left), let other = PythonObject(right), keys.0 == nil, keys.1 == nil else { return false }
        if one.kind != other.kind { return false }
        if one == other { return true }
        switch (left, right) {
        case (.tuple(let left), .tuple(let right)), (.list(let left), .list(let right)): return elementsAtOnce(left, right)
        default: return nil
        }
    }

    private static func elementsAtOnce(_ left: PickleElements, _ right: PickleElements) -> Bool? {
        guard left.count == right.count else { return false }
        var areScalars = true
        for (one, other) in zip(left, right) {
            switch (PickleKey(scalar: one), PickleKey(scalar: other)) {
            case (let one?, let other?): if one != other { return false }
            case (nil, nil): areScalars = false
            default: return false
            }
        }
        return areScalars ? true : nil
    }
}
