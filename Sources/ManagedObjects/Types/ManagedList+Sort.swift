import DequeModule
import Pickle

extension ManagedList {
    /// `list.sort(*, key=None, reverse=False)`. A key is a function, and nothing that was received is ever run.
    mutating func sort(_ arguments: Arguments) throws(PythonException) {
        try Self.checkSort(arguments)
        var isReversed = false
        for (name, value) in arguments.keywords {
            switch name {
            case "reverse": isReversed = try arguments.python < PythonVersion(3, 12) ? value.integralTruth(arguments.python) : value.pythonValue().pythonTruth
            case _ where value.isNone: break
            default: throw .typeError("sort(\(name)=…) would run your function in the server, which runs nothing it receives; sort a copy: sorted(proxy[:], key=…)")
            }
        }
        try sort(isReversed: isReversed, python: arguments.python)
    }

    private static func checkSort(_ arguments: Arguments) throws(PythonException) {
        let python = arguments.python
        let parameters = python.isPython2 ? ["cmp", "key", "reverse"] : ["key", "reverse"]
        let given = arguments.positional.count + arguments.keywords.count
        guard given <= parameters.count else {
            let kind = arguments.positional.isEmpty && python >= PythonVersion(3, 7) ? "keyword " : ""
            throw .typeError("sort() takes at most \(parameters.count) \(kind)arguments (\(given) given)")
        }
        if python == PythonVersion(3, 6), arguments.positional.count > 1 { _ = try arguments.positional[1].integralTruth(python) }
        guard arguments.positional.isEmpty else {
            throw .typeError(python < PythonVersion(3, 7) ? "must use keyword argument for key function" : "sort() takes no positional arguments")
        }
        guard let name = arguments.keywords.first(where: { !parameters.contains($0.name) })?.name else { return }
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
