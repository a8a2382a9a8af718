import DequeModule
import Pickle

extension ManagedList {
    /// `list.sort(*, key=None, reverse=False)`. A key is a function, and nothing that was received is ever run.
    mutating func sort(_ arguments: Arguments) throws(PythonException) {
        let (python, bound) = (arguments.python, try Self.bind(arguments))
        var isReversed = false
        if let value = bound["reverse"] {
            isReversed = try python < PythonVersion(3, 12) ? value.integralTruth(python) : value.pythonValue().pythonTruth
        }
        if !python.isPython2, python < PythonVersion(3, 7), !arguments.positional.isEmpty { throw .typeError("must use keyword argument for key function") }
        // A key is called with each element, a comparison with two.
        for (name, elementCount) in [("key", python.isPython2 ? 1 : 0), ("cmp", 2)] {
            guard let function = bound[name], !function.isNone, elements.count >= elementCount else { continue }
            if python.isPython2, let title = try function.pythonValue().uncallableTitle { throw .typeError("'\(title)' object is not callable") }
            throw .typeError("sort(\(name)=…) would run your function in the server, which runs nothing it receives; sort a copy: sorted(proxy[:], key=…)")
        }
        try sort(isReversed: isReversed, python: python)
    }

    /// The arguments by the parameters' names.
    private static func bind(_ arguments: Arguments) throws(PythonException) -> [String: Fragment] {
        let python = arguments.python
        let parameters = python.isPython2 ? ["cmp", "key", "reverse"] : ["key", "reverse"]
        let given = arguments.positional.count + arguments.keywords.count
        guard given <= parameters.count else {
            let kind = arguments.positional.isEmpty && python >= PythonVersion(3, 7) ? "keyword " : ""
            throw .typeError("sort() takes at most \(parameters.count) \(kind)arguments (\(given) given)")
        }
        guard arguments.positional.isEmpty || python < PythonVersion(3, 7) else { throw .typeError("sort() takes no positional arguments") }
        var bound = Dictionary(uniqueKeysWithValues: zip(parameters, arguments.positional))
        for (name, value) in arguments.keywords where parameters.contains(name) {
            if bound[name] != nil, let position = parameters.firstIndex(of: name) {
                throw .typeError("Argument given by name ('\(name)') and position (\(position + 1))")
            }
            bound[name] = value
        }
        guard let name = arguments.keywords.first(where: { !parameters.contains($0.name) })?.name else { return bound }
        throw .typeError(python < PythonVersion(3, 13)
            ? "'\(name)' is an invalid keyword argument for \(python < PythonVersion(3, 7) ? "this function" : "sort()")"
            : "sort() got an unexpected keyword argument '\(name)'")
    }

    /// What a comparison that fails leaves is what it leaves in CPython, too: a part of the list is in order.
    private mutating func sort(isReversed: Bool, python: PythonVersion) throws(PythonException) {
        var keyed: [(value: PickleValue, fragment: Fragment)] = []
        keyed.reserveCapacity(elements.count)
        for element in elements { keyed.append((try element.pythonValue(), element)) }
        // Turned round before and after, so that equal elements keep their order.
        if isReversed { keyed.reverse() }
        defer { elements = Deque((isReversed ? keyed.reversed() : keyed).map(\.fragment)) }
        try StableSort.sort(&keyed, extendsTurnedRuns: python >= PythonVersion(3, 13)) { (left, right) throws(PythonException) in
            try left.value.isLess(than: right.value, python: python)
        }
    }
}

/// Modules whose classes have instances that are no functions.
private let dataModules: Set = ["array", "builtins", "collections", "datetime", "decimal", "fractions"]

extension PickleValue {
    /// The type of a value that is surely no function, as Python 2 calls it.
    fileprivate var uncallableTitle: String? {
        switch self {
        case .instance(let instance) where dataModules.contains(instance.global?.module ?? ""): typeTitle(.python2)
        case .global, .instance, .persistent, .extensionCode: nil
        default: typeTitle(.python2)
        }
    }
}
