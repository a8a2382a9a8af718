public import Pickle

/// `multiprocessing.managers.Namespace`: attributes that anyone may set.
public struct ManagedNamespace: ManagedObject {
    /// By name, in the order in which they came.
    private var attributes = KeyedEntries()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        guard arguments.positional.isEmpty else {
            let name = arguments.python < PythonVersion(3, 10) ? "__init__" : "Namespace.__init__"
            throw .typeError("\(name)() takes 1 positional argument but \(arguments.positional.count + 1) were given")
        }
        for (name, value) in arguments.keywords {
            let name = try arguments.text(ofName: name)
            attributes.set(try PickleKey(name), (name, value))
        }
    }

    public static let methods = MethodTable<ManagedNamespace> {
        Method("Namespace.__getattribute__", .slot(1)) { (namespace, call, _) throws(PythonException) in
            guard let value = namespace.attributes[try call.attributeName()] else {
                throw .missingAttribute(try call[0].pythonValue(), of: "Namespace", call.python)
            }
            return .value(value)
        }
        Method("Namespace.__setattr__", .unpackedSlot(2)) { (namespace, call, _) throws(PythonException) in
            namespace.attributes.set(try call.attributeName(), (call[0], call[1]))
            return .none
        }
        Method("Namespace.__delattr__", .slot(1)) { (namespace, call, _) throws(PythonException) in
            guard namespace.attributes.remove(try call.attributeName()) == nil else { return .none }
            let name = try call[0].pythonValue()
            if call.python < PythonVersion(3, 11) { throw PythonException(name: "AttributeError", arguments: [name]) }
            throw .missingAttribute(name, of: "Namespace")
        }
    }

    public func value() throws(PythonException) -> Fragment {
        let state = FragmentBuilder.dictionary(attributes.entries)
        return try .managersInstance("Namespace", state: state.pythonValue(), from: state)
    }

    /// Sorted by what is written, without the names that start with an underscore, as Python leaves them out.
    public func repr(python: PythonVersion, address: String) throws(PythonException) -> String {
        var parts: [String] = []
        for (name, value) in attributes.entries {
            guard let name = try name.pythonValue().text, !name.hasPrefix("_") else { continue }
            parts.append("\(name)=\(try value.pythonValue().pythonRepr(python: python))")
        }
        parts.sort { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
        return "Namespace(\(parts.joined(separator: ", ")))"
    }
}

extension Call {
    /// The first argument as the name of an attribute.
    fileprivate func attributeName() throws(PythonException) -> PickleKey {
        let value = try self[0].pythonValue()
        switch value {
        case .string, .surrogateString, .legacyString: return try PickleKey(value)
        default: throw .typeError("attribute name must be string, not '\(value.typeTitle(python))'")
        }
    }
}

extension PythonException {
    /// `AttributeError: 'Namespace' object has no attribute 'x'`; since Python 3.12 it holds the name beside the message,
    /// but for one that was to be deleted.
    ///
    /// - Parameter python: the version, when the error is to hold the name.
    static func missingAttribute(_ name: PickleValue, of type: String, _ python: PythonVersion? = nil) -> PythonException {
        let text = "'\(type)' object has no attribute '"
        let names = python.map { $0 >= PythonVersion(3, 12) } ?? false
        if !names, let name = name.text { return .attributeError("\(text)\(name)'") }
        var message = PickleValue.string("\(text)\(name.text ?? "")'")
        if case .surrogateString(let utf8) = name { message = .surrogateString(Array(text.utf8) + utf8 + Array("'".utf8)) }
        let state: PickleValue? = names ? .dictionary(["name": name, "args": .tuple([message])]) : nil
        return PythonException(name: "AttributeError", arguments: [message], state: state)
    }
}
