public import Pickle

/// An iterator over what an object held when it was asked (`IteratorProxy`).
public struct ManagedIterator: ManagedObject {
    private var remaining: ArraySlice<Fragment>

    public init(_ elements: [Fragment]) {
        remaining = elements[...]
    }

    public init(_ arguments: Arguments) throws(PythonException) {
        throw .typeError("an Iterator is made by a method of another object, not created")
    }

    public static let methods = MethodTable<ManagedIterator> {
        Method("iterator.__next__") { (iterator, _, _) throws(PythonException) in try iterator.next() }
        Method("iterator.next") { (iterator, _, _) throws(PythonException) in try iterator.next() }
    }

    private mutating func next() throws(PythonException) -> Outcome {
        guard let element = remaining.popFirst() else { throw PythonException(name: "StopIteration") }
        return .value(element)
    }

    public func repr(python: PythonVersion, address: String) -> String { "<iterator object at \(address)>" }
}
