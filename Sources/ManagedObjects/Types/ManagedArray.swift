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
            return .value(try Fragment(pythonValue: array.items[array.position(call[0], "array index out of range")]))
        }
        Method("array.__setitem__", .unpackedSlot(2)) { (array, call, _) throws(PythonException) in
            if let slice = try array.slice(call[0]) {
                try array.replace(slice, with: call[1].pythonValue())
            } else {
                let position = try array.position(call[0], "array assignment index out of range")
                try array.items.set(position, call[1].pythonValue(), call.python)
            }
            return .none
        }
        // `a[index] += by`; the new item.
        Method("array.increment", ["index"], optional: ["by"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call[0], "array index out of range")
            try array.items.set(position, call.incremented(array.items[position], by: 1), call.python)
            return .value(try Fragment(pythonValue: array.items[position]))
        }
        Method("array.compare_and_set", ["index", "expected", "new"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call[0], "array index out of range")
            guard try call.expects(1, Fragment(pythonValue: array.items[position])) else { return .bool(false) }
            try array.items.set(position, call[2].pythonValue(), call.python)
            return .bool(true)
        }
        // The old item.
        Method("array.exchange", ["index", "value"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call[0], "array index out of range")
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
        Method("array.__getslice__", ["start", "stop"]) { (array, call, _) throws(PythonException) in
            try array.reply(array.items.items(call.legacySlice(length: array.items.count)), call.python)
        }
        Method("array.__setslice__", ["start", "stop", "values"]) { (array, call, _) throws(PythonException) in
            try array.replace(call.legacySlice(length: array.items.count), with: call[2].pythonValue())
            return .none
        }
    }

    private func slice(_ argument: Fragment) throws(PythonException) -> PythonSlice? {
        argument.int == nil ? try PythonSlice(argument.pythonValue(), length: items.count) : nil
    }

    /// The position that an index names; a negative one counts from the end.
    private func position(_ argument: Fragment, _ message: String) throws(PythonException) -> Int {
        let (int, value) = try argument.machineInteger()
        guard let index = int else {
            if case .bigInt = value { throw .indexError("cannot fit 'int' into an index-sized integer") }
            throw .typeError("array indices must be integers")
        }
        let position = index < 0 ? index + items.count : index
        guard (0..<items.count).contains(position) else { throw .indexError(message) }
        return position
    }

    private mutating func replace(_ slice: PythonSlice, with value: PickleValue) throws(PythonException) {
        guard let values = PackedArray(value) else {
            throw .typeError("can only assign array (not \"\(value.typeTitle(.latest))\") to array slice")
        }
        guard values.type == items.type else { throw .typeError("bad argument type for built-in operation") }
        try items.replace(slice, with: values)
    }

    /// An array, for the caller's Python.
    private func reply(_ array: PackedArray, _ python: PythonVersion) throws(PythonException) -> Outcome {
        .value(try python.isPython2 ? Self.legacy(array) : Fragment(pythonValue: array.pickleValue))
    }

    /// Python 2 has the type code as its own `str`; written so, every Python can have it.
    private static func legacy(_ array: PackedArray) throws(PythonException) -> Fragment {
        do {
            return try Fragment(array.pickleValue, at: .v2)
        } catch {
            throw PythonException(name: "MemoryError")
        }
    }

    public func value() throws(PythonException) -> Fragment { try Self.legacy(items) }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        guard items.count > 0 else { return "array('\(items.type.typecode)')" }
        let shown = try items.initializer.pythonRepr(python: python)
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
