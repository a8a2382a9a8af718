public import Pickle
import DequeModule

/// `list`: elements by position.
public struct ManagedList: ManagedObject {
    var elements: Deque<Fragment> = []

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        let bound = try Self.constructor.bind(arguments.readingProxies())
        try arguments.rejectUnknownKeywords(["sequence"], of: "list")
        if let source = bound.first ?? nil { elements = Deque(try source.pythonElements(python: arguments.python)) }
    }

    private static let constructor = Signature.c("list", .constructor(0...1)).before(PythonVersion(3, 7), .c("list", .optionalKeywords(["sequence"])))

    public var partCount: Int { elements.count }

    public static let methods = MethodTable<ManagedList>(accessors + mutators + extras + legacySlices)

    public func value() -> Fragment { FragmentBuilder.list(elements) }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        PythonText(try value().pythonValue().pythonRepr(python: python))
    }
}

// MARK: - Reading

extension ManagedList {
    @MethodTableBuilder<ManagedList>
    private static var accessors: [Method<ManagedList>] {
        Method("list.__add__", .slot(1)) { (list, call, _) throws(PythonException) in
            .value(FragmentBuilder.list(Array(list.elements) + (try list.listElements(call))))
        }
        Method("list.__contains__", .slot(1)) { (list, call, _) throws(PythonException) in
            .bool(try list.position(of: PythonComparand(call[0]), in: list.elements.indices) != nil)
        }
        Method("list.__getitem__", .oneArgument) { (list, call, _) throws(PythonException) in
            if let slice = try list.slice(call) {
                return .value(FragmentBuilder.list(slice.positions.map { list.elements[$0] }))
            }
            return .value(list.elements[try list.position(call, "list index out of range")])
        }
        Method("list.__len__", .slot(0)) { (list, _, _) in .int(list.elements.count) }
        Method("list.__mul__", .unpackedSlot(1)) { (list, call, _) throws(PythonException) in
            .value(FragmentBuilder.list(try list.repeated(call.repetitions(0))))
        }
        Method("list.__rmul__", .unpackedSlot(1)) { (list, call, _) throws(PythonException) in
            .value(FragmentBuilder.list(try list.repeated(call.repetitions(0))))
        }
        Method("list.__reversed__", .noArguments) { (list, call, _) throws(PythonException) in
            .value(try list.reversedIterator(python: call.python))
        }
        Method("list.count", .oneArgument) { (list, call, _) throws(PythonException) in
            let value = try PythonComparand(call[0])
            var count = 0
            for element in list.elements where try value.equals(element) { count += 1 }
            return .int(count)
        }
        Method("list.index", .parsed(1...3)) { (list, call, _) throws(PythonException) in
            let slice = try PythonSlice(start: call.bound(1), stop: call.bound(2), step: nil, length: list.elements.count)
            let range = slice.start..<max(slice.start, slice.stop)
            let value = try PythonComparand(call[0])
            guard let position = try list.position(of: value, in: range) else {
                throw .valueError("\(try value.value.pythonRepr(python: call.python)) is not in list")
            }
            return .int(position)
        }
    }

    /// The first position whose element equals the value.
    private func position(of value: PythonComparand, in range: Range<Int>) throws(PythonException) -> Int? {
        for position in range where try value.equals(elements[position]) { return position }
        return nil
    }

    /// `reversed(list)`, which goes to the client with all that it has to give; Python 2 cannot pickle one, and gets a list.
    private func reversedIterator(python: PythonVersion) throws(PythonException) -> Fragment {
        if python.isPython2 { return FragmentBuilder.list(elements.reversed()) }
        let reversed = PickleValue.global(PickleGlobal(module: "builtins", name: "reversed"))
        return try Fragment(pythonValue: .instance(PickleInstance(reversed, [value().pythonValue()], state: .int(elements.count - 1))), from: value())
    }

    /// The first argument, when it is a slice.
    private func slice(_ call: Call) throws(PythonException) -> PythonSlice? {
        call[0].int == nil ? try PythonSlice(call[0].pythonValue(), length: elements.count) : nil
    }

    /// The position that the first argument names.
    private func position(_ call: Call, _ message: String) throws(PythonException) -> Int {
        let (int, value) = try call[0].machineInteger()
        if let int { return try position(int, message) }
        let title = value.typeTitle(call.python)
        if case .bigInt = value { throw .indexError("cannot fit '\(title)' into an index-sized integer") }
        throw .typeError("list indices must be integers\(call.python.isPython2 ? "" : " or slices"), not \(title)")
    }

    /// The position that an index names; a negative one counts from the end.
    private func position(_ index: Int, _ message: String) throws(PythonException) -> Int {
        let position = index < 0 ? index + elements.count : index
        guard elements.indices.contains(position) else { throw .indexError(message) }
        return position
    }

    private func repeated(_ times: Int) throws(PythonException) -> [Fragment] {
        // Nothing may be repeated any number of times, which must not be counted.
        guard !elements.isEmpty, times > 0 else { return [] }
        let (count, overflow) = elements.count.multipliedReportingOverflow(by: times)
        guard !overflow, count <= 1 << 28 else { throw PythonException(name: "MemoryError") }
        return (0..<times).flatMap { _ in elements }
    }

    /// The elements of the first argument, which must be a list.
    private func listElements(_ call: Call) throws(PythonException) -> [Fragment] {
        let value = try call[0].pythonValue()
        guard case .list = value else {
            throw .typeError("can only concatenate list (not \"\(value.typeTitle(call.python))\") to list")
        }
        return try call[0].pythonElements()
    }
}

// MARK: - Changing

extension ManagedList {
    @MethodTableBuilder<ManagedList>
    private static var mutators: [Method<ManagedList>] {
        Method("list.__delitem__", .slot(1)) { (list, call, _) throws(PythonException) in
            if let slice = try list.slice(call) {
                list.remove(slice)
            } else {
                list.elements.remove(at: try list.position(call, "list assignment index out of range"))
            }
            return .none
        }
        Method("list.__imul__", .unpackedSlot(1)) { (list, call, _) throws(PythonException) in
            list.elements = Deque(try list.repeated(call.repetitions(0)))
            return .value(list.value())
        }
        Method("list.__setitem__", .unpackedSlot(2)) { (list, call, _) throws(PythonException) in
            if let slice = try list.slice(call) {
                try list.replace(slice, with: call.assignedElements(1, to: slice))
            } else {
                list.elements[try list.position(call, "list assignment index out of range")] = call[1]
            }
            return .none
        }.readingProxy(1) { (first) throws(PythonException) in try first.isSlice() }
        Method("list.append", .oneArgument) { (list, call, _) in
            list.elements.append(call[0])
            return .none
        }
        Method("list.clear", .noArguments) { (list, _, _) in
            list.elements = []
            return .none
        }
        Method("list.copy", .noArguments) { (list, _, _) in .value(list.value()) }
        Method("list.extend", .oneArgument, iterates: true) { (list, call, _) throws(PythonException) in
            list.elements.append(contentsOf: try call[0].pythonElements(python: call.python))
            return .none
        }
        Method("list.insert", .parsed(2...2)) { (list, call, _) throws(PythonException) in
            let slice = try PythonSlice(start: call.size(0), stop: nil, step: nil, length: list.elements.count)
            list.elements.insert(call[1], at: slice.start)
            return .none
        }
        Method("list.pop", .parsed(0...1)) { (list, call, _) throws(PythonException) in
            let index = call.optional(0) == nil ? -1 : try call.size(0)
            guard !list.elements.isEmpty else { throw .indexError("pop from empty list") }
            let position = try list.position(index, "pop index out of range")
            return .value(list.elements.remove(at: position))
        }
        Method("list.remove", .oneArgument) { (list, call, _) throws(PythonException) in
            guard let position = try list.position(of: PythonComparand(call[0]), in: list.elements.indices) else {
                throw .valueError("list.remove(x): x not in list")
            }
            list.elements.remove(at: position)
            return .none
        }
        Method("list.reverse", .noArguments) { (list, _, _) in
            list.elements.reverse()
            return .none
        }
        sortMethod
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

// MARK: - Beyond CPython

extension ManagedList {
    @MethodTableBuilder<ManagedList>
    private static var extras: [Method<ManagedList>] {
        // `l[index] += by`; the new element.
        Method("list.increment", ["index"], optional: ["by"]) { (list, call, _) throws(PythonException) in
            let position = try list.position(call, "list index out of range")
            let sum = try call.incremented(list.elements[position], by: 1)
            list.elements[position] = sum
            return .value(sum)
        }
        Method("list.compare_and_set", ["index", "expected", "new"]) { (list, call, _) throws(PythonException) in
            let position = try list.position(call, "list index out of range")
            guard try call.expects(1, list.elements[position]) else { return .bool(false) }
            list.elements[position] = call[2]
            return .bool(true)
        }
        // The old element.
        Method("list.exchange", ["index", "value"]) { (list, call, _) throws(PythonException) in
            let position = try list.position(call, "list index out of range")
            defer { list.elements[position] = call[1] }
            return .value(list.elements[position])
        }
    }
}

// MARK: - Python 2

extension ManagedList {
    /// The methods by which Python 2 reads and writes simple slices.
    @MethodTableBuilder<ManagedList>
    private static var legacySlices: [Method<ManagedList>] {
        Method("list.__getslice__", .parsedSlot(2)) { (list, call, _) throws(PythonException) in
            let slice = try call.legacySlice(length: list.elements.count)
            return .value(FragmentBuilder.list(slice.positions.map { list.elements[$0] }))
        }
        Method("list.__setslice__", .parsedSlot(3), iterates: true) { (list, call, _) throws(PythonException) in
            try list.replace(call.legacySlice(length: list.elements.count), with: call.assignedElements(2, to: nil))
            return .none
        }
        Method("list.__delslice__", .parsedSlot(2)) { (list, call, _) throws(PythonException) in
            list.remove(try call.legacySlice(length: list.elements.count))
            return .none
        }
    }
}

extension Fragment {
    fileprivate func isSlice() throws(PythonException) -> Bool {
        if int != nil { return false }
        return try PythonSlice.parts(pythonValue()) != nil
    }
}

extension Call {
    /// A bound as `list.index` takes it, which is no `None`.
    fileprivate func bound(_ position: Int) throws(PythonException) -> Int? {
        guard let argument = optional(position) else { return nil }
        do throws(PythonException) {
            if !argument.isNone, let bound = try PythonSlice.bound(argument.pythonValue()) { return bound }
        } catch {}
        throw .typeError("slice indices must be integers or have an __index__ method")
    }

    /// What is assigned to a slice.
    fileprivate func assignedElements(_ position: Int, to slice: PythonSlice?) throws(PythonException) -> [Fragment] {
        do throws(PythonException) {
            return try self[position].pythonElements(python: python)
        } catch {
            throw .typeError(slice?.step ?? 1 == 1 && python < PythonVersion(3, 13) ? "can only assign an iterable" : "must assign iterable to extended slice")
        }
    }
}
