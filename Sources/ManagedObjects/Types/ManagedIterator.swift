public import Pickle

/// An iterator over the keys of a `dict` (`IteratorProxy`).
public struct ManagedIterator: ManagedObject {
    private var remaining: ArraySlice<Fragment>
    private let size: SharedSize
    /// What the size must be; never again what it is once it was not.
    private var expected: Int?
    private var hasEnded = false

    init(_ keys: [Fragment], of size: SharedSize) {
        remaining = keys[...]
        expected = keys.count
        self.size = size
    }

    public init(_ arguments: Arguments) throws(PythonException) {
        throw .typeError("an Iterator is made by a method of another object, not created")
    }

    public static let methods = MethodTable<ManagedIterator> {
        Method("dict_keyiterator.__next__", .slot(0)) { (iterator, _, _) throws(PythonException) in try iterator.next() }
        // Python 2's name.
        Method("dict_keyiterator.next", .slot(0)) { (iterator, _, _) throws(PythonException) in try iterator.next() }
    }

    private mutating func next() throws(PythonException) -> Outcome {
        guard !hasEnded else { throw PythonException(name: "StopIteration") }
        guard expected == size.value else {
            expected = nil
            throw .runtimeError("dictionary changed size during iteration")
        }
        guard let key = remaining.popFirst() else {
            hasEnded = true
            throw PythonException(name: "StopIteration")
        }
        return .value(key)
    }

    /// `iter([…])` of what is left.
    public func value() throws(PythonException) -> Fragment {
        try .iterator(over: remaining)
    }

    /// Python 2 pickles no iterator.
    public static func unpicklablePart(_ python: PythonVersion) -> String? { python.isPython2 ? typeName(python) : nil }

    private static func typeName(_ python: PythonVersion) -> String { python.isPython2 ? "dictionary-keyiterator" : "dict_keyiterator" }

    public func repr(python: PythonVersion, address: String) -> PythonText { "<\(Self.typeName(python)) object at \(address)>" }
}
