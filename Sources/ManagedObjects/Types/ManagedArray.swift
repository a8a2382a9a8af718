public import Pickle

/// `array.array`: numbers of one type, by position.
public struct ManagedArray: ManagedObject {
    private var items: PackedArray

    public init(_ arguments: Arguments) throws(PythonException) {
        let signature = Signature.python("Array", ["typecode", "sequence"], optional: ["lock"], countsSelf: false)
        let bound = try signature.bind(arguments.readingProxies())
        items = try PackedArray(
            bound[0]?.pythonValue() ?? .none, initializer: bound[1]?.pythonValue() ?? .none, arguments.python)
    }

    public static let methods = MethodTable<ManagedArray> {
        Method("array.__len__", .slot(0)) { (array, _, _) in .int(array.items.count) }
        Method("array.__getitem__", .slot(1)) { (array, call, _) throws(PythonException) in
            if let slice = try array.slice(call[0]) { return try array.reply(array.items.items(slice).pickleValue, call.python) }
            return try array.reply(array.items.item(array.position(call, .reading), call.python), call.python)
        }
        Method("array.__setitem__", .unpackedSlot(2)) { (array, call, _) throws(PythonException) in
            if let slice = try array.slice(call[0]) {
                try array.replace(slice, with: call[1].pythonValue(), call.python)
            } else {
                let position = try array.position(call, .assignment)
                try array.items.set(position, call[1].pythonValue(), call.python)
            }
            return .none
        }
        // `a[index] += by`; the new item.
        Method("array.increment", ["index"], optional: ["by"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call, .reading)
            try array.items.set(position, call.incremented(array.items.item(position, call.python), by: 1), call.python)
            return try array.reply(array.items.item(position, call.python), call.python)
        }
        Method("array.compare_and_set", ["index", "expected", "new"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call, .reading)
            guard try call.expects(1, Fragment(pythonValue: array.items.item(position, call.python))) else { return .bool(false) }
            try array.items.set(position, call[2].pythonValue(), call.python)
            return .bool(true)
        }
        // The old item.
        Method("array.exchange", ["index", "value"]) { (array, call, _) throws(PythonException) in
            let position = try array.position(call, .reading)
            let old = array.items.item(position, call.python)
            try array.items.set(position, call[1].pythonValue(), call.python)
            return try array.reply(old, call.python)
        }
        // All or none.
        Method("array.replace_all", ["items"], iterates: true) { (array, call, _) throws(PythonException) in
            var items = PackedArray(array.items.type)
            for item in try call[0].pythonValue().pythonIteration(python: call.python) { try items.append(item, call.python) }
            array.items = items
            return .none
        }
        Method("array.__getslice__", .parsedSlot(2)) { (array, call, _) throws(PythonException) in
            try array.reply(array.items.items(call.legacySlice(length: array.items.count)).pickleValue, call.python)
        }
        Method("array.__setslice__", .parsedSlot(3)) { (array, call, _) throws(PythonException) in
            try array.replace(call.legacySlice(length: array.items.count), with: call[2].pythonValue(), call.python)
            return .none
        }
    }

    private func slice(_ argument: Fragment) throws(PythonException) -> PythonSlice? {
        argument.int == nil ? try PythonSlice(argument.pythonValue(), length: items.count) : nil
    }

    /// What an item is wanted for, which decides the texts of errors.
    private enum Access { case reading, assignment }

    /// The position that the first argument names; a negative one counts from the end.
    private func position(_ call: Call, _ access: Access) throws(PythonException) -> Int {
        let (int, value) = try call[0].machineInteger()
        guard let index = int else {
            if case .bigInt = value { throw .indexError("cannot fit '\(value.typeTitle(call.python))' into an index-sized integer") }
            throw .typeError("array indices must be integer\(access == .assignment && call.python < PythonVersion(3, 7) ? "" : "s")")
        }
        let position = index < 0 ? index + items.count : index
        guard (0..<items.count).contains(position) else { throw .indexError("array \(access == .assignment ? "assignment " : "")index out of range") }
        return position
    }

    private mutating func replace(_ slice: PythonSlice, with value: PickleValue, _ python: PythonVersion) throws(PythonException) {
        guard let values = PackedArray(value) else {
            throw .typeError("can only assign array (not \"\(value.typeTitle(python))\") to array slice")
        }
        guard values.type == items.type else { throw .typeError("bad argument type for built-in operation") }
        try items.replace(slice, with: values)
    }

    /// An array or an item, for the caller's Python.
    private func reply(_ value: PickleValue, _ python: PythonVersion) throws(PythonException) -> Outcome {
        .value(try python.isPython2 ? Self.legacy(value) : Fragment(pythonValue: value))
    }

    /// Python 2 has the type code as its own `str` and some items as its own `long`; written so, every Python can have them.
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
