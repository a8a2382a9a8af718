public import Pickle

/// `dict`: values by key, in the order in which the keys came.
public struct ManagedDictionary: ManagedObject {
    private var storage = KeyedEntries() {
        didSet { size.set(storage.count) }
    }
    private let size = SharedSize()

    public init() {}

    public init(_ arguments: Arguments) throws(PythonException) {
        try update(arguments.readingProxies(), as: "dict")
    }

    public var partCount: Int { storage.count }

    public static let methods = MethodTable<ManagedDictionary>(common + unions + extras)

    @MethodTableBuilder<ManagedDictionary>
    private static var common: [Method<ManagedDictionary>] {
        Method("dict.__contains__", .oneArgument) { (dictionary, call, _) throws(PythonException) in
            .bool(dictionary.storage.contains(try call.key(0)))
        }
        Method("dict.__delitem__", .slot(1)) { (dictionary, call, _) throws(PythonException) in
            guard dictionary.storage.remove(try call.key(0)) != nil else { throw .keyError(try call[0].pythonValue()) }
            return .none
        }
        Method("dict.__getitem__", .oneArgument) { (dictionary, call, _) throws(PythonException) in
            guard let value = dictionary.storage[try call.key(0)] else { throw .keyError(try call[0].pythonValue()) }
            return .value(value)
        }
        Method("dict.__iter__", .slot(0)) { (dictionary, _, _) in
            .reply(.proxy(typeID: "Iterator", object: .hosting(ManagedIterator(dictionary.storage.entries.map(\.key), of: dictionary.size))))
        }
        Method("dict.__len__", .slot(0)) { (dictionary, _, _) in .int(dictionary.storage.count) }
        Method("dict.__setitem__", .unpackedSlot(2)) { (dictionary, call, _) throws(PythonException) in
            dictionary.storage.set(try call.key(0), (call[0], call[1]))
            return .none
        }
        Method("dict.clear", .noArguments) { (dictionary, _, _) in
            dictionary.storage.removeAll()
            return .none
        }
        Method("dict.copy", .noArguments) { (dictionary, _, _) in .value(dictionary.whole) }
        Method("dict.get", .unpacked(1...2)) { (dictionary, call, _) throws(PythonException) in
            .value(dictionary.storage[try call.key(0)] ?? call.optional(1) ?? .none)
        }
        Method("dict.has_key", .oneArgument) { (dictionary, call, _) throws(PythonException) in
            .bool(dictionary.storage.contains(try call.key(0)))
        }
        Method("dict.items", .noArguments) { (dictionary, _, _) in
            .value(FragmentBuilder.list(dictionary.storage.entries.map { FragmentBuilder.tuple([$0.key, $0.value]) }))
        }
        Method("dict.keys", .noArguments) { (dictionary, _, _) in .value(FragmentBuilder.list(dictionary.storage.entries.map(\.key))) }
        Method("dict.pop", .unpacked(1...2)) { (dictionary, call, _) throws(PythonException) in
            // An empty one does not look at the key, which may then be one without a hash.
            let held = dictionary.storage.count == 0 ? nil : dictionary.storage.remove(try call.key(0))
            guard let value = held ?? call.optional(1) else { throw .keyError(try call[0].pythonValue()) }
            return .value(value)
        }
        Method("dict.popitem", .noArguments) { (dictionary, _, _) throws(PythonException) in
            guard let entry = dictionary.storage.removeLast() else {
                throw PythonException("KeyError", "popitem(): dictionary is empty")
            }
            return .value(FragmentBuilder.tuple([entry.key, entry.value]))
        }
        Method("dict.setdefault", .unpacked(1...2)) { (dictionary, call, _) throws(PythonException) in
            let key = try call.key(0)
            if let value = dictionary.storage[key] { return .value(value) }
            let value = call.optional(1) ?? .none
            dictionary.storage.set(key, (call[0], value))
            return .value(value)
        }
        Method(anyArguments: "dict.update", iterates: true) { (dictionary, arguments, _) throws(PythonException) in
            try dictionary.update(arguments, as: "update")
            return .none
        }
        Method("dict.values", .noArguments) { (dictionary, _, _) in .value(FragmentBuilder.list(dictionary.storage.entries.map(\.value))) }
    }

    private var whole: Fragment { FragmentBuilder.dictionary(storage.entries) }

    public func value() -> Fragment { whole }

    public func repr(python: PythonVersion, address: String) throws(PythonException) -> PythonText {
        PythonText(try whole.pythonValue().pythonRepr(python: python))
    }
}

// MARK: - What proxies expose since 3.14

extension ManagedDictionary {
    @MethodTableBuilder<ManagedDictionary>
    private static var unions: [Method<ManagedDictionary>] {
        Method("dict.__or__", .slot(1), iterates: true) { (dictionary, call, _) throws(PythonException) in
            try union(dictionary.whole, call[0], call)
        }
        Method("dict.__ror__", .slot(1), iterates: true) { (dictionary, call, _) throws(PythonException) in
            try union(call[0], dictionary.whole, call)
        }
        Method("dict.__ior__", .slot(1), iterates: true) { (dictionary, call, _) throws(PythonException) in
            try dictionary.update(call[0], call.python)
            return .value(dictionary.whole)
        }
        Method("dict.__reversed__", .noArguments) { (dictionary, _, _) throws(PythonException) in
            .value(try .iterator(over: dictionary.storage.entries.map(\.key).reversed()))
        }
        Method("dict.fromkeys", .unpacked(1...2), iterates: true) { (_, call, _) throws(PythonException) in
            var made = ManagedDictionary()
            for key in try call[0].pythonElements(python: call.python) {
                let hashed = try EntryKey(key, python: call.python)
                made.storage.set(hashed, (key, call.optional(1) ?? .none))
            }
            return .value(made.whole)
        }
    }

    /// `left | right`; `NotImplemented` where one of them is no `dict`.
    private static func union(_ left: Fragment, _ right: Fragment, _ call: Call) throws(PythonException) -> Outcome {
        guard try left.pythonValue().pythonEntries != nil, try right.pythonValue().pythonEntries != nil else {
            return try .notImplemented(call.python)
        }
        var made = ManagedDictionary()
        try made.update(left, call.python)
        try made.update(right, call.python)
        return .value(made.whole)
    }
}

// MARK: - Beyond CPython

extension ManagedDictionary {
    @MethodTableBuilder<ManagedDictionary>
    private static var extras: [Method<ManagedDictionary>] {
        Method("dict.increment", ["key"], optional: ["by"]) { (dictionary, call, _) throws(PythonException) in
            try dictionary.storage.increment(call.key(0), call)
        }
        Method("dict.compare_and_set", ["key"], optional: ["expected", "new"]) { (dictionary, call, _) throws(PythonException) in
            try dictionary.storage.compareAndSet(call.key(0), call)
        }
        Method("dict.exchange", ["key", "value"], optional: ["default"]) { (dictionary, call, _) throws(PythonException) in
            try dictionary.storage.exchange(call.key(0), call)
        }
        // A `dict` of those keys that are there, in the order in which they are asked for.
        Method("dict.get_many", ["keys"], iterates: true) { (dictionary, call, _) throws(PythonException) in
            var found = KeyedEntries()
            for key in try call[0].pythonElements(python: call.python) {
                let hashed = try EntryKey(key, python: call.python)
                if let value = dictionary.storage[hashed] { found.set(hashed, (key, value)) }
            }
            return .value(FragmentBuilder.dictionary(found.entries))
        }
        // As a new `dict` of the same arguments; when they are not right, nothing changes.
        Method(anyArguments: "dict.replace_all", iterates: true) { (dictionary, arguments, _) throws(PythonException) in
            var replacement = ManagedDictionary()
            try replacement.update(arguments, as: "replace_all")
            dictionary.storage = replacement.storage
            return .none
        }
    }
}

// MARK: - Updating

extension ManagedDictionary {
    /// `dict.update([mapping or pairs], **keywords)`; what stands before a pair that is not right is kept, as in CPython.
    private mutating func update(_ arguments: Arguments, as name: String) throws(PythonException) {
        let given = arguments.positional.count
        guard given <= 1 else { throw .typeError("\(name) \(CFunction.unpackingText(given, 0...1, arguments.python))") }
        if let source = arguments.positional.first { try update(source, arguments.python) }
        for (name, value) in arguments.keywords {
            let key = try arguments.text(ofName: name)
            storage.set(try EntryKey(key), (key, value))
        }
    }

    private mutating func update(_ source: Fragment, _ python: PythonVersion) throws(PythonException) {
        let value = try source.pythonValue()
        if let entries = value.pythonEntries {
            for (key, value) in entries { try set(key, Fragment(pythonValue: value, from: source), source, python) }
            return
        }
        for (number, element) in try value.pythonIteration(python: python).enumerated() {
            let pair = try Self.pair(element, number: number, python)
            try set(pair[0], Fragment(pythonValue: pair[1], from: source), source, python)
        }
    }

    private mutating func set(
        _ key: PickleValue, _ value: Fragment, _ source: Fragment, _ python: PythonVersion
    ) throws(PythonException) {
        let hashed = try EntryKey(key, python: python)
        storage.set(hashed, (try Fragment(pythonValue: key, from: source), value))
    }

    private static func pair(_ element: PickleValue, number: Int, _ python: PythonVersion) throws(PythonException) -> [PickleValue] {
        let pair: [PickleValue]
        do throws(PythonException) {
            pair = try element.pythonIteration(python: python)
        } catch {
            throw .typeError("cannot convert dictionary update sequence element #\(number) to a sequence")
        }
        guard pair.count == 2 else {
            throw .valueError("dictionary update sequence element #\(number) has length \(pair.count); 2 is required")
        }
        return pair
    }
}
