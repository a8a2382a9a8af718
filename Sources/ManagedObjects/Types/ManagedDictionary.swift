public import Pickle

/// `dict`: values by key, in the order in which the keys came.
public struct ManagedDictionary: ManagedObject {
    private var storage = KeyedEntries()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        try update(arguments.readingProxies())
    }

    public static let methods = MethodTable<ManagedDictionary> {
        Method("dict.__contains__", ["key"]) { (dictionary, call, _) throws(PythonException) in
            .bool(dictionary.storage.contains(try PickleKey(call[0])))
        }
        Method("dict.__delitem__", ["key"]) { (dictionary, call, _) throws(PythonException) in
            guard dictionary.storage.remove(try PickleKey(call[0])) != nil else { throw .keyError(try call[0].pythonValue()) }
            return .none
        }
        Method("dict.__getitem__", ["key"]) { (dictionary, call, _) throws(PythonException) in
            guard let value = dictionary.storage[try PickleKey(call[0])] else { throw .keyError(try call[0].pythonValue()) }
            return .value(value)
        }
        Method("dict.__iter__") { (dictionary, _, _) in
            .reply(.proxy(typeID: "Iterator", object: .hosting(ManagedIterator(dictionary.storage.entries.map(\.key)))))
        }
        Method("dict.__len__") { (dictionary, _, _) in .int(dictionary.storage.count) }
        Method("dict.__setitem__", ["key", "value"]) { (dictionary, call, _) throws(PythonException) in
            dictionary.storage.set(try PickleKey(call[0]), (call[0], call[1]))
            return .none
        }
        Method("dict.clear") { (dictionary, _, _) in
            dictionary.storage.removeAll()
            return .none
        }
        Method("dict.copy") { (dictionary, _, _) in .value(dictionary.whole) }
        Method("dict.get", ["key"], optional: ["default"]) { (dictionary, call, _) throws(PythonException) in
            .value(dictionary.storage[try PickleKey(call[0])] ?? call.optional(1) ?? .none)
        }
        Method("dict.has_key", ["key"]) { (dictionary, call, _) throws(PythonException) in
            .bool(dictionary.storage.contains(try PickleKey(call[0])))
        }
        Method("dict.items") { (dictionary, _, _) in
            .value(FragmentBuilder.list(dictionary.storage.entries.map { FragmentBuilder.tuple([$0.key, $0.value]) }))
        }
        Method("dict.keys") { (dictionary, _, _) in .value(FragmentBuilder.list(dictionary.storage.entries.map(\.key))) }
        Method("dict.pop", ["key"], optional: ["default"]) { (dictionary, call, _) throws(PythonException) in
            if let value = dictionary.storage.remove(try PickleKey(call[0])) ?? call.optional(1) { return .value(value) }
            throw .keyError(try call[0].pythonValue())
        }
        Method("dict.popitem") { (dictionary, _, _) throws(PythonException) in
            guard let entry = try dictionary.storage.removeLast() else {
                throw .keyError(.string("popitem(): dictionary is empty"))
            }
            return .value(FragmentBuilder.tuple([entry.key, entry.value]))
        }
        Method("dict.setdefault", ["key"], optional: ["default"]) { (dictionary, call, _) throws(PythonException) in
            let key = try PickleKey(call[0])
            if let value = dictionary.storage[key] { return .value(value) }
            let value = call.optional(1) ?? .none
            dictionary.storage.set(key, (call[0], value))
            return .value(value)
        }
        Method(anyArguments: "dict.update", iterates: true) { (dictionary, arguments, _) throws(PythonException) in
            try dictionary.update(arguments)
            return .none
        }
        Method("dict.values") { (dictionary, _, _) in .value(FragmentBuilder.list(dictionary.storage.entries.map(\.value))) }
    }

    private var whole: Fragment { FragmentBuilder.dictionary(storage.entries) }

    public func value() -> Fragment { whole }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> String {
        try whole.pythonValue().pythonRepr(python: python)
    }
}

// MARK: - Updating

extension ManagedDictionary {
    /// `dict.update([mapping or pairs], **keywords)`; nothing is changed when an argument is not right.
    private mutating func update(_ arguments: Arguments) throws(PythonException) {
        guard arguments.positional.count <= 1 else {
            throw .typeError("update expected at most 1 argument, got \(arguments.positional.count)")
        }
        var entries: [KeyedEntries.Entry] = []
        if let source = arguments.positional.first { entries = try Self.entries(of: source) }
        for (name, value) in arguments.keywords { entries.append((try Fragment(pythonValue: .string(name)), value)) }
        var keyed: [(key: PickleKey, entry: KeyedEntries.Entry)] = []
        for entry in entries { keyed.append((try PickleKey(entry.key), entry)) }
        for (key, entry) in keyed { storage.set(key, entry) }
    }

    private static func entries(of source: Fragment) throws(PythonException) -> [KeyedEntries.Entry] {
        var entries: [KeyedEntries.Entry] = []
        let value = try source.pythonValue()
        if case .dictionary(let dictionary) = value {
            for (key, value) in dictionary {
                entries.append((try Fragment(pythonValue: key, from: source), try Fragment(pythonValue: value, from: source)))
            }
        } else {
            for (number, element) in try value.pythonIteration().enumerated() {
                entries.append(try entry(of: element, number: number, from: source))
            }
        }
        return entries
    }

    private static func entry(of element: PickleValue, number: Int, from source: Fragment) throws(PythonException) -> KeyedEntries.Entry {
        let pair: [PickleValue]
        do throws(PythonException) {
            pair = try element.pythonIteration()
        } catch {
            throw .typeError("cannot convert dictionary update sequence element #\(number) to a sequence")
        }
        guard pair.count == 2 else {
            throw .valueError("dictionary update sequence element #\(number) has length \(pair.count); 2 is required")
        }
        return (try Fragment(pythonValue: pair[0], from: source), try Fragment(pythonValue: pair[1], from: source))
    }
}
