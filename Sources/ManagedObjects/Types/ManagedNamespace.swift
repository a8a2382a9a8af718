public import Pickle

/// `multiprocessing.managers.Namespace`: attributes that anyone may set.
public struct ManagedNamespace: ManagedObject {
    /// By name, in the order in which they came.
    private var attributes = KeyedEntries()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        _ = try Signature.python("Namespace.__init__", takesKeywords: true).bind(arguments)
        try set(arguments)
    }

    /// Sets attributes that are given by name.
    private mutating func set(_ arguments: Arguments) throws(PythonException) {
        for (name, value) in arguments.keywords {
            let name = try arguments.text(ofName: name)
            attributes.set(try EntryKey(name), (name, value))
        }
    }

    public static let methods = MethodTable<ManagedNamespace>(accessors + extras)

    @MethodTableBuilder<ManagedNamespace>
    private static var accessors: [Method<ManagedNamespace>] {
        Method("Namespace.__getattribute__", .slot(1)) { (namespace, call, _) throws(PythonException) in
            let name = try call.attributeName()
            guard let value = namespace.attributes[try EntryKey(name)] else { throw .missingAttribute(name, of: "Namespace", call.python) }
            return .value(value)
        }
        Method("Namespace.__setattr__", .unpackedSlot(2)) { (namespace, call, _) throws(PythonException) in
            let name = try call.attributeName()
            namespace.attributes.set(try EntryKey(name), (try Fragment(pythonValue: name, from: call[0]), call[1]))
            return .none
        }
        Method("Namespace.__delattr__", .slot(1)) { (namespace, call, _) throws(PythonException) in
            let name = try call.attributeName()
            guard namespace.attributes.remove(try EntryKey(name)) == nil else { return .none }
            if call.python < PythonVersion(3, 11) { throw PythonException(name: "AttributeError", arguments: [name]) }
            throw .missingAttribute(name, of: "Namespace", call.python, isDeleted: true)
        }
    }

    public func value() throws(PythonException) -> Fragment {
        let state = FragmentBuilder.dictionary(attributes.entries)
        return try .managersInstance("Namespace", state: state.pythonValue(), from: state)
    }

    /// Sorted by what is written, without the names that start with an underscore, as Python leaves them out.
    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        var parts: [PythonText] = []
        for (name, value) in attributes.entries {
            guard let name = PythonText(try name.pythonValue()), !name.hasPrefix("_") else { continue }
            parts.append("\(name)=\(try value.pythonValue().pythonRepr(python: python))")
        }
        return "Namespace(\(parts.sorted().joined(separator: ", ")))"
    }
}

// MARK: - Beyond CPython

extension ManagedNamespace {
    @MethodTableBuilder<ManagedNamespace>
    private static var extras: [Method<ManagedNamespace>] {
        Method("Namespace.increment", ["name"], optional: ["by"]) { (namespace, call, _) throws(PythonException) in
            try namespace.attributes.increment(EntryKey(call.attributeName()), call)
        }
        Method("Namespace.compare_and_set", ["name"], optional: ["expected", "new"]) { (namespace, call, _) throws(PythonException) in
            try namespace.attributes.compareAndSet(EntryKey(call.attributeName()), call)
        }
        Method("Namespace.exchange", ["name", "value"], optional: ["default"]) { (namespace, call, _) throws(PythonException) in
            try namespace.attributes.exchange(EntryKey(call.attributeName()), call)
        }
        // `vars(namespace).update(name=value, …)`
        Method(anyArguments: "Namespace.update") { (namespace, arguments, _) throws(PythonException) in
            guard arguments.positional.isEmpty else { throw .typeError("update() takes attributes by name only: update(name=value)") }
            try namespace.set(arguments)
            return .none
        }
    }
}

extension PythonException {
    /// `AttributeError: 'Namespace' object has no attribute 'x'`; since Python 3.12 it holds the name beside the message,
    /// but for one that was to be deleted.
    static func missingAttribute(_ name: PickleValue, of type: String, _ python: PythonVersion, isDeleted: Bool = false) -> PythonException {
        let text = PythonText(name) ?? ""
        // In Python 2 it is a string of C's, which ends before a NUL.
        let message: PythonText = "'\(type)' object has no attribute '\(python.isPython2 ? text.prefix { $0 != 0 } : text)'"
        let state: PickleValue? = python >= PythonVersion(3, 12) && !isDeleted ? .dictionary(["name": name, "args": .tuple([message.value])]) : nil
        return PythonException("AttributeError", message, state: state)
    }
}
