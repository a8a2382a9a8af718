public import Pickle

/// `multiprocessing.managers.Namespace`: attributes that anyone may set.
public struct ManagedNamespace: ManagedObject {
    private var attributes: [String: Fragment] = [:]

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        guard arguments.positional.isEmpty else {
            throw .typeError("Namespace.__init__() takes 1 positional argument but \(arguments.positional.count + 1) were given")
        }
        attributes = Dictionary(arguments.keywords.map { ($0.name, $0.value) }) { $1 }
    }

    public static let methods = MethodTable<ManagedNamespace> {
        Method("Namespace.__getattribute__", ["name"]) { (namespace, call, _) throws(PythonException) in
            let name = try call.text(0)
            guard let value = namespace.attributes[name] else { throw Self.missing(name) }
            return .value(value)
        }
        Method("Namespace.__setattr__", ["name", "value"]) { (namespace, call, _) throws(PythonException) in
            namespace.attributes[try call.text(0)] = call[1]
            return .none
        }
        Method("Namespace.__delattr__", ["name"]) { (namespace, call, _) throws(PythonException) in
            let name = try call.text(0)
            guard namespace.attributes.removeValue(forKey: name) != nil else { throw Self.missing(name) }
            return .none
        }
    }

    private static func missing(_ name: String) -> PythonException {
        .attributeError("'Namespace' object has no attribute '\(name)'")
    }

    /// By name, as `Namespace.__repr__` sorts them.
    private var sorted: [(name: String, value: Fragment)] {
        attributes.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }.map { ($0.key, $0.value) }
    }

    public func value() throws(PythonException) -> Fragment {
        var entries: [(key: PickleValue, value: PickleValue)] = []
        for (name, value) in sorted { entries.append((.string(name), try value.pythonValue())) }
        return try .managersInstance("Namespace", state: .dictionary(PickleEntries(entries)))
    }

    /// Without the names that start with an underscore, as Python leaves them out.
    public func repr(python: PythonVersion, address: String) throws(PythonException) -> String {
        var parts: [String] = []
        for (name, value) in sorted where !name.hasPrefix("_") {
            parts.append("\(name)=\(try value.pythonValue().pythonRepr(python: python))")
        }
        return "Namespace(\(parts.joined(separator: ", ")))"
    }
}
