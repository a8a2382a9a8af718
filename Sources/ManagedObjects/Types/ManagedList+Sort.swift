import DequeModule
import Pickle

extension ManagedList {
    /// `list.sort(*, key=None, reverse=False)`; until Python 3.6 by position, too, and in Python 2 with `cmp` first.
    static let sortMethod = Method<ManagedList>("list.sort", .keywordsOnly(sortParameters(.latest))) { (list, call, _) throws(PythonException) in
        try list.sort(call)
        return .none
    }
    .before(PythonVersion(3, 7), .c("list.sort", .optionalKeywords(sortParameters(.python3))))
    .before(.python3, .c("list.sort", .optionalKeywords(sortParameters(.python2))))

    private static func sortParameters(_ python: PythonVersion) -> [String] {
        python.isPython2 ? ["cmp", "key", "reverse"] : ["key", "reverse"]
    }

    private mutating func sort(_ call: Call) throws(PythonException) {
        let (python, names) = (call.python, Self.sortParameters(call.python))
        let isReversed = try call.optional(names.count - 1).map { (argument) throws(PythonException) in
            try python < PythonVersion(3, 12) ? argument.cInt(python) != 0 : argument.pythonValue().pythonTruth
        }
        try call.sent.rejectUnknownKeywords(names, of: "sort")
        if !python.isPython2, !call.sent.positional.isEmpty { throw .typeError("must use keyword argument for key function") }
        // The key is called before anything is compared.
        for (position, name) in names.dropLast().enumerated().reversed() {
            try checkFunction(call.optional(position), name, isCalled: elements.count > (name == "cmp" ? 1 : 0), python)
        }
        try sort(isReversed: isReversed ?? false, python: python)
    }

    /// A key is a function, and nothing that was received is ever run.
    private func checkFunction(_ function: Fragment?, _ name: String, isCalled: Bool, _ python: PythonVersion) throws(PythonException) {
        guard let function, !function.isNone else { return }
        let value = try function.pythonValue()
        if value.mayBeCallable {
            throw .typeError("sort(\(name)=…) would run your function in the server, which runs nothing it receives; sort a copy: sorted(proxy[:], \(name)=…)")
        }
        if isCalled { throw .typeError("'\(value.typeTitle(python))' object is not callable") }
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
