public import Pickle

/// `multiprocessing.managers.Value`: one value and the type code it was created with, which is not checked.
public struct ManagedValue: ManagedObject {
    private let typecode: Fragment
    private var held: Fragment

    /// - Parameters:
    ///   - typecode: as `array` and `ctypes` name types: `'i'`, `'d'`…; only kept, not checked.
    ///   - value: what it holds at first.
    public init(typecode: Fragment, _ value: Fragment) {
        self.typecode = typecode
        held = value
    }

    public init(_ arguments: Arguments) throws(PythonException) {
        let bound = try Signature.python("Value.__init__", ["typecode", "value"], optional: ["lock"]).bind(arguments)
        self.init(typecode: bound[0] ?? .none, bound[1] ?? .none)
    }

    public static let methods = MethodTable<ManagedValue> {
        Method("Value.get") { (value, _, _) in .value(value.held) }
        Method("Value.set", ["value"]) { (value, call, _) in
            value.held = call[0]
            return .none
        }
        // Beyond CPython: `value.value += by`, the new value; whether the expected one was replaced; the old value.
        Method("Value.increment", optional: ["by"]) { (value, call, _) throws(PythonException) in
            value.held = try call.incremented(value.held, by: 0)
            return .value(value.held)
        }
        Method("Value.compare_and_set", ["expected", "new"]) { (value, call, _) throws(PythonException) in
            guard try call.expects(0, value.held) else { return .bool(false) }
            value.held = call[1]
            return .bool(true)
        }
        Method("Value.exchange", ["value"]) { (value, call, _) in
            defer { value.held = call[0] }
            return .value(value.held)
        }
    }

    public func value() throws(PythonException) -> Fragment {
        let state: PickleValue = .dictionary([
            .legacyString(Array("_typecode".utf8)): try typecode.pythonValue(),
            .legacyString(Array("_value".utf8)): try held.pythonValue(),
        ])
        return try .managersInstance("Value", state: state, from: FragmentBuilder.tuple([typecode, held]))
    }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        "Value(\(try typecode.pythonValue().pythonRepr(python: python)), \(try held.pythonValue().pythonRepr(python: python)))"
    }
}

extension Fragment {
    /// An object of a class of `multiprocessing.managers` that has only its `__dict__`.
    ///
    /// - Parameter whole: what its state is made of.
    static func managersInstance(_ name: String, state: PickleValue, from whole: Fragment) throws(PythonException) -> Fragment {
        let callable = PickleValue.global(PickleGlobal(module: "multiprocessing.managers", name: name))
        return try Fragment(pythonValue: .instance(PickleInstance(callable, construction: .new, state: state)), from: whole)
    }
}
