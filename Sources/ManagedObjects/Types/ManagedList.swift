public import Pickle
import DequeModule

/// `list`: elements by position.
public struct ManagedList: ManagedObject {
    private var elements: Deque<Fragment> = []

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        let given = arguments.positional.count
        guard arguments.keywords.isEmpty else { throw .typeError("list() takes no keyword arguments") }
        guard given <= 1 else { throw .typeError("list expected at most 1 argument, got \(given)") }
        if let source = try arguments.readingProxies().positional.first { elements = Deque(try source.pythonElements()) }
    }

    public static let methods = MethodTable<ManagedList>(accessors + mutators + legacySlices)

    public func value() -> Fragment { FragmentBuilder.list(elements) }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> String {
        try value().pythonValue().pythonRepr(python: python)
    }
}

// MARK: - Reading

extension ManagedList {
    @MethodTableBuilder<ManagedList>
    private static var accessors: [Method<ManagedList>] {
        Method("list.__add__", ["value"]) { (list, call, _) throws(PythonException) in
            .value(FragmentBuilder.list(Array(list.elements) + (try list.listElements(call[0], verb: "concatenate"))))
        }
        Method("list.__contains__", ["key"]) { (list, call, _) throws(PythonException) in
            .bool(try list.position(of: call[0].pythonValue(), in: list.elements.indices) != nil)
        }
        Method("list.__getitem__", ["key"]) { (list, call, _) throws(PythonException) in
            if let slice = try list.slice(call[0]) {
                return .value(FragmentBuilder.list(slice.positions.map { list.elements[$0] }))
            }
            return .value(list.elements[try list.position(call[0], "list index out of range")])
        }
        Method("list.__len__") { (list, _, _) in .int(list.elements.count) }
        Method("list.__mul__", ["value"]) { (list, call, _) throws(PythonException) in
            .value(FragmentBuilder.list(try list.repeated(call.int(0))))
        }
        Method("list.__rmul__", ["value"]) { (list, call, _) throws(PythonException) in
            .value(FragmentBuilder.list(try list.repeated(call.int(0))))
        }
        Method("list.__reversed__") { (list, _, _) in .value(FragmentBuilder.list(list.elements.reversed())) }
        Method("list.count", ["value"]) { (list, call, _) throws(PythonException) in
            let value = try call[0].pythonValue()
            var count = 0
            for element in list.elements where try element.pythonValue() == value { count += 1 }
            return .int(count)
        }
        Method("list.index", ["value"], optional: ["start", "stop"]) { (list, call, _) throws(PythonException) in
            let slice = try PythonSlice(
                start: call.optional(1)?.pythonIndex(), stop: call.optional(2)?.pythonIndex(), step: nil, length: list.elements.count)
            let range = slice.start..<max(slice.start, slice.stop)
            let value = try call[0].pythonValue()
            guard let position = try list.position(of: value, in: range) else {
                throw .valueError("\(try value.pythonRepr()) is not in list")
            }
            return .int(position)
        }
    }

    /// The first position whose element equals the value.
    private func position(of value: PickleValue, in range: Range<Int>) throws(PythonException) -> Int? {
        for position in range where try elements[position].pythonValue() == value { return position }
        return nil
    }

    private func slice(_ argument: Fragment) throws(PythonException) -> PythonSlice? {
        argument.int == nil ? try PythonSlice(argument.pythonValue(), length: elements.count) : nil
    }

    /// The position that an index names; a negative one counts from the end.
    private func position(_ argument: Fragment, _ message: String) throws(PythonException) -> Int {
        let index: Int
        switch argument.int {
        case let int?: index = int
        case nil: index = try Self.index(argument.pythonValue())
        }
        let position = index < 0 ? index + elements.count : index
        guard elements.indices.contains(position) else { throw .indexError(message) }
        return position
    }

    private static func index(_ value: PickleValue) throws(PythonException) -> Int {
        if case .bigInt = value { throw .indexError("cannot fit 'int' into an index-sized integer") }
        throw .typeError("list indices must be integers or slices, not \(value.pythonTypeName)")
    }

    private func repeated(_ times: Int) throws(PythonException) -> [Fragment] {
        let (count, overflow) = elements.count.multipliedReportingOverflow(by: max(times, 0))
        guard !overflow, count <= 1 << 28 else { throw PythonException(name: "MemoryError") }
        return (0..<max(times, 0)).flatMap { _ in elements }
    }

    /// The elements of an argument that must be a list.
    private func listElements(_ argument: Fragment, verb: String) throws(PythonException) -> [Fragment] {
        let value = try argument.pythonValue()
        guard case .list = value else {
            throw .typeError("can only \(verb) list (not \"\(value.pythonTypeName)\") to list")
        }
        return try argument.pythonElements()
    }
}

// MARK: - Changing

extension ManagedList {
    @MethodTableBuilder<ManagedList>
    private static var mutators: [Method<ManagedList>] {
        Method("list.__delitem__", ["key"]) { (list, call, _) throws(PythonException) in
            if let slice = try list.slice(call[0]) {
                list.remove(slice)
            } else {
                list.elements.remove(at: try list.position(call[0], "list assignment index out of range"))
            }
            return .none
        }
        Method("list.__imul__", ["value"]) { (list, call, _) throws(PythonException) in
            list.elements = Deque(try list.repeated(call.int(0)))
            return .value(list.value())
        }
        Method("list.__setitem__", ["key", "value"]) { (list, call, _) throws(PythonException) in
            if let slice = try list.slice(call[0]) {
                try list.replace(slice, with: call[1].pythonElements())
            } else {
                list.elements[try list.position(call[0], "list assignment index out of range")] = call[1]
            }
            return .none
        }
        Method("list.append", ["object"]) { (list, call, _) in
            list.elements.append(call[0])
            return .none
        }
        Method("list.clear") { (list, _, _) in
            list.elements = []
            return .none
        }
        Method("list.copy") { (list, _, _) in .value(list.value()) }
        Method("list.extend", ["iterable"], iterates: true) { (list, call, _) throws(PythonException) in
            list.elements.append(contentsOf: try call[0].pythonElements())
            return .none
        }
        Method("list.insert", ["index", "object"]) { (list, call, _) throws(PythonException) in
            let slice = try PythonSlice(start: call.int(0), stop: nil, step: nil, length: list.elements.count)
            list.elements.insert(call[1], at: slice.start)
            return .none
        }
        Method("list.pop", optional: ["index"]) { (list, call, _) throws(PythonException) in
            guard !list.elements.isEmpty else { throw .indexError("pop from empty list") }
            let position = try list.position(Fragment(call.optional(0)?.pythonIndex() ?? -1), "pop index out of range")
            return .value(list.elements.remove(at: position))
        }
        Method("list.remove", ["value"]) { (list, call, _) throws(PythonException) in
            let value = try call[0].pythonValue()
            guard let position = try list.position(of: value, in: list.elements.indices) else {
                throw .valueError("list.remove(x): x not in list")
            }
            list.elements.remove(at: position)
            return .none
        }
        Method("list.reverse") { (list, _, _) in
            list.elements.reverse()
            return .none
        }
        Method(anyArguments: "list.sort") { (list, arguments, _) throws(PythonException) in
            try list.sort(arguments)
            return .none
        }
    }

    private mutating func remove(_ slice: PythonSlice) {
        if slice.step == 1 {
            elements.removeSubrange(slice.start..<max(slice.start, slice.stop))
        } else {
            let removed = Set(slice.positions)
            elements = Deque(elements.indices.lazy.filter { !removed.contains($0) }.map { [elements] in elements[$0] })
        }
    }

    private mutating func replace(_ slice: PythonSlice, with values: [Fragment]) throws(PythonException) {
        if slice.step == 1 {
            elements.replaceSubrange(slice.start..<max(slice.start, slice.stop), with: values)
            return
        }
        guard values.count == slice.count else {
            throw .valueError("attempt to assign sequence of size \(values.count) to extended slice of size \(slice.count)")
        }
        for (position, value) in zip(slice.positions, values) { elements[position] = value }
    }
}

// MARK: - Sorting

extension ManagedList {
    /// `list.sort(*, key=None, reverse=False)`. A key is a function, and nothing that was received is ever run.
    private mutating func sort(_ arguments: Arguments) throws(PythonException) {
        guard arguments.positional.isEmpty else { throw .typeError("sort() takes no positional arguments") }
        var isReversed = false
        for (name, value) in arguments.keywords {
            switch name {
            case "reverse": isReversed = try value.pythonValue().pythonTruth
            case "key" where value.isNone: break
            case "key": throw .typeError("sort(key=…) would run your function in the server, which runs nothing it receives; sort a copy: sorted(proxy[:], key=…)")
            default: throw .typeError("sort() got an unexpected keyword argument '\(name)'")
            }
        }
        try sort(isReversed: isReversed)
    }

    private mutating func sort(isReversed: Bool) throws(PythonException) {
        var keyed: [(value: PickleValue, fragment: Fragment)] = []
        keyed.reserveCapacity(elements.count)
        for element in elements { keyed.append((try element.pythonValue(), element)) }
        // Equal elements keep their order in a reversed sort, too, so it is not the sorted list turned round.
        let sorted = try StableSort.sorted(keyed) { (left, right) throws(PythonException) in
            isReversed ? try right.value.isLess(than: left.value) : try left.value.isLess(than: right.value)
        }
        elements = Deque(sorted.map(\.fragment))
    }
}

// MARK: - Python 2

extension ManagedList {
    /// The methods by which Python 2 reads and writes simple slices.
    @MethodTableBuilder<ManagedList>
    private static var legacySlices: [Method<ManagedList>] {
        Method("list.__getslice__", ["start", "stop"]) { (list, call, _) throws(PythonException) in
            let slice = try call.legacySlice(length: list.elements.count)
            return .value(FragmentBuilder.list(slice.positions.map { list.elements[$0] }))
        }
        Method("list.__setslice__", ["start", "stop", "values"]) { (list, call, _) throws(PythonException) in
            try list.replace(call.legacySlice(length: list.elements.count), with: call[2].pythonElements())
            return .none
        }
        Method("list.__delslice__", ["start", "stop"]) { (list, call, _) throws(PythonException) in
            list.remove(try call.legacySlice(length: list.elements.count))
            return .none
        }
    }
}
