public import Pickle

/// `array.array`: numbers of one type, by position.
public struct ManagedArray: ManagedObject {
    private var items: PackedArray

    public init(_ arguments: Arguments) throws(PythonException) {
        let parameters = Parameters(name: "Array", required: ["typecode", "sequence"], optional: ["lock"], countsSelf: false)
        let bound = try parameters.bind(arguments.readingProxies())
        items = try PackedArray(
            bound[0]?.pythonValue() ?? .none, initializer: bound[1]?.pythonValue() ?? .none, arguments.python)
    }

    public static let methods = MethodTable<ManagedArray> {
        Method("array.__len__", .slot(0)) { (array, _, _) in .int(array.items.count) }
        Method("array.__getitem__", .slot(1)) { (array, call, _) throws(PythonException) in
            if let slice = try array.slice(call[0]) { return try array.reply(array.items.items(slice), call.python) }
            let item = try array.items.item(array.position(call, "array index out of range"), call.python)
            return .value(try call.python.isPython2 ? Self.legacy(item) : Fragment(pythonValue: item))
        }
        Method("array.__setitem__", .unpackedSlot(2)) { (array, call, _) throws(PythonException) in
            if let slice = try array.slice(call[0]) {
                try array.replace(slice, with: call[1].pythonValue(), call.python)
            } else {
                let position = try array.position(call, "array assignment index out of range", isAssigned: true)
                try array.items.set(position, call[1].pythonValue(), call.python)
            }
            return .none
        }
        // `a[index] += by`; the new item.
        Method("array.increment", ["index"], optional: ["by"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call, "array index out of range")
            try array.items.set(position, call.incremented(array.items[position], by: 1), call.python)
            return .value(try Fragment(pythonValue: array.items[position]))
        }
        Method("array.compare_and_set", ["index", "expected", "new"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call, "array index out of range")
            guard try call.expects(1, Fragment(pythonValue: array.items[position])) else { return .bool(false) }
            try array.items.set(position, call[2].pythonValue(), call.python)
            return .bool(true)
        }
        // The old item.
        Method("array.exchange", ["index", "value"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call, "array index out of range")
            let old = array.items[position]
            try array.items.set(position, call[1].pythonValue(), call.python)
            return .value(try Fragment(pythonValue: old))
        }
        // All or none.
        Method("array.replace_all", ["items"], iterates: true) { (array, call, _) throws(PythonException) in
            var items = PackedArray(array.items.type)
            for item in try call[0].pythonValue().pythonIteration(python: call.python) { try items.append(item, call.python) }
            array.items = items
            return .none
        }
        Method("array.__getslice__", .parsedSlot(2)) { (array, call, _) throws(PythonException) in
            try array.reply(array.items.items(call.legacySlice(length: array.items.count)), call.python)
        }
        Method("array.__setslice__", .parsedSlot(3)) { (array, call, _) throws(PythonException) in
            try array.replace(call.legacySlice(length: array.items.count), with: call[2].pythonValue(), call.python)
            return .none
        }
    }

    private func slice(_ argument: Fragment) throws(PythonException) -> PythonSlice? {
        argument.int == nil ? try PythonSlice(argument.pythonValue(), length: items.count) : nil
    }

    /// The position that an index names; a negative one counts from the end.
    private func position(_ call: Call, _ message: String, isAssigned: Bool = false) throws(PythonException) -> Int {
        let (int, value) = try call[0].machineInteger()
        guard let index = int else {
            if case .bigInt = value { throw .indexError("cannot fit '\(value.typeTitle(call.python))' into an index-sized integer") }
            throw .typeError("array indices must be integer\(isAssigned && call.python < PythonVersion(3, 7) ? "" : "s")")
        }
        let position = index < 0 ? index + items.count : index
        guard (0..<items.count).contains(position) else { throw .indexError(message) }
        return position
    }

    private mutating func replace(_ slice: PythonSlice, with value: PickleValue, _ python: PythonVersion) throws(PythonException) {
        guard let values = PackedArray(value) else {
            throw .typeError("can only assign array (not \"\(value.typeTitle(python))\") to array slice")
        }
        guard values.type == items.type else { throw .typeError("bad argument type for built-in operation") }
        try items.replace(slice, with: values)
    }

    /// An array, for the caller's Python.
    private func reply(_ array: PackedArray, _ python: PythonVersion) throws(PythonException) -> Outcome {
        .value(try python.isPython2 ? Self.legacy(array.pickleValue) : Fragment(pythonValue: array.pickleValue))
    }

    /// Python 2 has the type code as its own `str`, and `long`s; written so, every Python can have it.
    private static func legacy(_ value: PickleValue) throws(PythonException) -> Fragment {
        do {
            return try Fragment(value, at: .v2)
        } catch {
            throw PythonException(name: "MemoryError")
        }
    }

    public func value() throws(PythonException) -> Fragment { try Self.legacy(items.pickleValue) }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        guard items.count > 0 else { return "array('\(items.type.typecode)')" }
        let shown = try items.initializer(python).pythonRepr(python: python)
        return "array('\(items.type.typecode)', \(shown))"
    }
}

extension Call {
    /// The bounds of a simple slice of Python 2, which has added the length to negative ones already; what is negative still lies
    /// before the first element.
    func legacySlice(length: Int) throws(PythonException) -> PythonSlice {
        try PythonSlice(start: max(size(0), 0), stop: max(size(1), 0), step: nil, length: length)
    }
}
