/// What makes a value equal to others: its own content, and its parts as numbers that equal parts share.
enum PythonForm: Hashable {
    case scalar(PickleKey)
    case tuple([Int])
    case list([Int])
    /// A `set` or `frozenset`.
    case set(Set<Int>)
    case dictionary([Int: Int])
    case deque([Int])
    case instance(PythonInstanceForm)
    case persistent(Int)
    /// Equal to itself only.
    case unique(Int)

    init(_ object: PythonObject, parts: [Int]) {
        switch object.kind {
        case .tuple: self = .tuple(parts)
        case .list: self = .list(parts)
        case .set: self = .set(Set(parts))
        case .dictionary: self = .dictionary(Self.entries(parts[...]))
        case .deque: self = .deque(parts)
        case .instance: self = .instance(PythonInstanceForm(object, parts: parts))
        case .persistent: self = .persistent(parts.first ?? 0)
        }
    }

    /// Keys and values in turn; of entries with equal keys the last counts, as when Python stores them one by one.
    static func entries(_ parts: ArraySlice<Int>) -> [Int: Int] {
        var entries: [Int: Int] = [:]
        for key in stride(from: parts.startIndex, to: parts.endIndex - 1, by: 2) { entries[parts[key]] = parts[key + 1] }
        return entries
    }

    /// A hash that does not depend on how parts are numbered.
    ///
    /// - Parameter hashes: the parts' hashes, by number.
    func hash(_ hashes: [Int]) -> Int {
        var hasher = Hasher()
        switch self {
        case .scalar(let key): hasher.combine(key)
        case .tuple(let parts), .list(let parts), .deque(let parts): for part in parts { hasher.combine(hashes[part]) }
        case .set(let parts): hasher.combine(parts.reduce(0) { $0 &+ hashes[$1] })
        case .dictionary(let entries): hasher.combine(Self.hash(entries, hashes))
        case .instance(let instance): instance.hash(into: &hasher, hashes)
        case .persistent(let part): hasher.combine(hashes[part])
        case .unique: break
        }
        return hasher.finalize()
    }

    /// The sum over the entries, which their order does not change.
    static func hash(_ entries: [Int: Int], _ hashes: [Int]) -> Int {
        entries.reduce(0) { sum, entry in
            var hasher = Hasher()
            hasher.combine(hashes[entry.key])
            hasher.combine(hashes[entry.value])
            return sum &+ hasher.finalize()
        }
    }
}

/// The form of an object of a class that is not known here: what the class is given to rebuild it.
struct PythonInstanceForm: Hashable {
    /// Callable, arguments, and keyword arguments if there are any.
    private let construction: [Int]
    private let listItems: [Int]
    private let setItems: Set<Int>
    private let dictionaryItems: [Int: Int]
    private let states: [Int]

    /// - Parameter parts: in the order of ``PickleNode/forEachChild(_:)``.
    init(_ object: PythonObject, parts: [Int]) {
        guard case .instance(let node) = object.reference.node else { preconditionFailure("made only from instance nodes") }
        var rest = parts[...]
        func take(_ count: Int) -> ArraySlice<Int> {
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }
        construction = Array(take(node.keywordArguments == nil ? 2 : 3))
        listItems = Array(take(node.listItems.count))
        dictionaryItems = PythonForm.entries(take(node.dictionaryItems.count))
        setItems = Set(take(node.setItems.count))
        states = Array(rest)
    }

    func hash(into hasher: inout Hasher, _ hashes: [Int]) {
        for part in construction + listItems + states { hasher.combine(hashes[part]) }
        hasher.combine(setItems.reduce(0) { $0 &+ hashes[$1] })
        hasher.combine(PythonForm.hash(dictionaryItems, hashes))
    }
}
