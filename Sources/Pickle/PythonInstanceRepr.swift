extension PickleGlobal {
    /// A class or function, as `repr` shows it without an address.
    func pythonRepr(_ python: PythonVersion) -> String {
        let named = python.isPython2 ? self : PythonNames.python3(self)
        return named.shown(python)
    }

    private func shown(_ python: PythonVersion) -> String {
        if PythonTypes.singletons[self] != nil { return name }
        if isPythonClass { return !python.isPython2 ? python3ClassRepr : python2ClassRepr }
        return module == "builtins" || module == "__builtin__" ? "<built-in function \(name)>" : "<function \(module).\(name)>"
    }

    private var python3ClassRepr: String {
        module == "builtins" ? "<class '\(name)'>" : "<class '\(module).\(name)'>"
    }

    private var python2ClassRepr: String {
        let old = PythonNames.python2(self)
        if old.module == "__builtin__" { return "<type '\(old.name)'>" }
        // What is written in C is a type, what is written in Python a class.
        let isType = module == "builtins" || PythonTypes.lowerCase[module]?.contains(name) == true
        return "<\(isType ? "type" : "class") '\(old.module).\(old.name)'>"
    }

    /// Whether the name is an exception's, as far as a name can tell.
    package var isPythonException: Bool {
        if ["Error", "Exception", "Warning"].contains(where: name.hasSuffix) { return true }
        switch module {
        case "builtins": return PythonTypes.otherExceptions.contains(name)
        case "queue", "_queue": return ["Empty", "Full", "ShutDown"].contains(name)
        default: return false
        }
    }
}

extension PythonTypes {
    /// Built-in exceptions whose names do not say so.
    static let otherExceptions: Set<String> = [
        "BaseExceptionGroup", "ExceptionGroup", "GeneratorExit", "KeyboardInterrupt", "StopAsyncIteration", "StopIteration", "SystemExit",
    ]
}

extension PickleInstance {
    /// The parts of the instance's `repr`.
    func reprParts(_ python: PythonVersion) -> [PythonTextPart] {
        guard let type = pythonClass else { return [.text("<object>")] }
        return knownReprParts(type, python) ?? [.text("<\(type.module).\(type.name) object>")]
    }

    /// The parts of the instance's `str`; `nil` where that is its `repr`.
    func strParts(_ python: PythonVersion) -> [PythonTextPart]? {
        guard let type = pythonClass else { return nil }
        if type.isPythonException { return exceptionStrParts(type, python) }
        switch (type.module, type.name) {
        case ("builtins", "complex") where python.isPython2:
            return complexParts.map { [.text(PythonFloat.shortText(real: $0.real, imaginary: $0.imaginary))] }
        case ("decimal", "Decimal"): return literal.map { [.text($0)] }
        case ("fractions", "Fraction"): return fractionStrParts
        case ("datetime", _): return PythonDate(self).map { [.text($0.str)] }
        default: return nil
        }
    }

    /// What is shown where the object stands inside itself.
    var recursiveRepr: String {
        pythonClass == PickleGlobal(module: "collections", name: "deque") ? "[...]" : "..."
    }

    private func knownReprParts(_ type: PickleGlobal, _ python: PythonVersion) -> [PythonTextPart]? {
        if type.isPythonException { return exceptionParts(type, python) }
        switch type.module {
        case "builtins": return builtinParts(type.name, python)
        case "collections": return collectionParts(type.name, python)
        case "datetime": return PythonDate(self)?.reprParts(python)
        case "decimal" where type.name == "Decimal": return literal.map { [.text("Decimal('\($0)')")] }
        case "fractions" where type.name == "Fraction": return fractionParts
        default: return nil
        }
    }

    /// The one argument that is text: `Decimal('1.5')`.
    private var literal: String? {
        let arguments = arguments
        guard arguments.count == 1 else { return nil }
        switch arguments[0] {
        case .string(let text): return text
        case .legacyString(let bytes): return String(validating: bytes, as: UTF8.self)
        default: return nil
        }
    }

    /// `Fraction(1, 2)`, which is pickled as `Fraction('1/2')`; since Python 3.12 as it is shown.
    private var fractionParts: [PythonTextPart]? {
        guard let literal else { return call("Fraction", arguments) }
        let numbers = literal.split(separator: "/")
        return numbers.first.map { [.text("Fraction(\($0), \(numbers.count > 1 ? numbers[1] : "1"))")] }
    }

    /// `1/2`, and `3` for a whole number.
    private var fractionStrParts: [PythonTextPart]? {
        if let literal { return [.text(literal)] }
        let arguments = arguments
        guard arguments.count == 2 else { return nil }
        return arguments[1] == 1 ? [.value(arguments[0])] : [.value(arguments[0]), .text("/"), .value(arguments[1])]
    }

    /// `name(first, second)`
    private func call(_ name: String, _ arguments: some Sequence<PickleValue>) -> [PythonTextPart] {
        var parts: [PythonTextPart] = [.text("\(name)(")]
        for argument in arguments {
            if parts.count > 1 { parts.append(.text(", ")) }
            parts.append(.value(argument))
        }
        return parts + [.text(")")]
    }
}

// MARK: - Built-in types

extension PickleInstance {
    private func builtinParts(_ name: String, _ python: PythonVersion) -> [PythonTextPart]? {
        let arguments = arguments
        switch name {
        case "complex": return complexParts.map { [.text(PythonFloat.text(real: $0.real, imaginary: $0.imaginary))] }
        case "slice" where arguments.count == 3: return call("slice", arguments)
        case "range" where arguments.count == 3: return rangeParts(arguments, python)
        case "type" where arguments.count == 1: return [.text("<class '\(arguments[0].pythonTypeName)'>")]
        case "getattr": return memberParts
        default: return nil
        }
    }

    /// `range(0, 3)`, `range(0, 3, 2)`; in Python 2 `xrange(3)`.
    private func rangeParts(_ arguments: [PickleValue], _ python: PythonVersion) -> [PythonTextPart] {
        let shown = arguments[2] == 1 ? arguments.dropLast() : arguments[...]
        guard python.isPython2 else { return call("range", shown) }
        return call("xrange", shown.count == 2 && shown[0] == 0 ? shown.dropFirst() : shown)
    }

    /// `<Color.RED>`: what `getattr(Color, 'RED')` stands for, which is how Python 3.11 pickles an enumeration's member.
    private var memberParts: [PythonTextPart]? {
        let arguments = arguments
        guard arguments.count == 2, case .global(let type) = arguments[0], case .string(let name) = arguments[1] else { return nil }
        return [.text("<\(type.name).\(name)>")]
    }

    /// `KeyError('a')`; until Python 3.6 `KeyError('a',)`.
    private func exceptionParts(_ type: PickleGlobal, _ python: PythonVersion) -> [PythonTextPart] {
        let arguments = arguments
        guard python < PythonVersion(3, 7), arguments.count == 1 else { return call(type.unqualifiedName, arguments) }
        return [.text("\(type.unqualifiedName)("), .value(arguments[0]), .text(",)")]
    }

    /// The argument's `str`, or the arguments as a tuple. A `KeyError` shows its key's `repr`.
    private func exceptionStrParts(_ type: PickleGlobal, _ python: PythonVersion) -> [PythonTextPart] {
        let arguments = arguments
        switch arguments.count {
        case 0: return [.text("")]
        case 1 where type.name != "KeyError":
            // Of an instance the `repr`: an exception in an exception in an exception must not become a recursion.
            if case .instance = arguments[0] { return [.value(arguments[0])] }
            return (try? arguments[0].pythonStr(python: python)).map { [.text($0)] } ?? [.value(arguments[0])]
        case 1: return [.value(arguments[0])]
        default: return [.value(.tuple(arguments))]
        }
    }
}

// MARK: - Collections

extension PickleInstance {
    private func collectionParts(_ name: String, _ python: PythonVersion) -> [PythonTextPart]? {
        switch name {
        case "OrderedDict": orderedDictionaryParts(python)
        case "defaultdict":
            [.text("defaultdict("), .value(arguments.first ?? .none), .text(", {"), .items(entries), .text("})")]
        case "deque": dequeParts
        default: nil
        }
    }

    private var entries: PythonItems { PythonItems(reference.graph, node.dictionaryItems, areEntries: true) }

    /// `OrderedDict({'a': 1})`, as since Python 3.12; before that `OrderedDict([('a', 1)])`.
    private func orderedDictionaryParts(_ python: PythonVersion) -> [PythonTextPart] {
        // Python 2 gives the entries to the constructor, as lists of two, but shows tuples.
        if case .list(let pairs)? = arguments.first { return orderedDictionaryParts(pairs: pairs) }
        guard !entries.isEmpty else { return [.text("OrderedDict()")] }
        guard python < PythonVersion(3, 12) else { return [.text("OrderedDict({"), .items(entries), .text("})")] }
        let pairs = PickleValue.list(dictionaryItems.map { .tuple([$0.key, $0.value]) })
        return [.text("OrderedDict("), .value(pairs), .text(")")]
    }

    private func orderedDictionaryParts(pairs: PickleElements) -> [PythonTextPart] {
        guard !pairs.isEmpty else { return [.text("OrderedDict()")] }
        let tuples = pairs.map { pair in if case .list(let elements) = pair { PickleValue.tuple(elements) } else { pair } }
        return [.text("OrderedDict("), .value(.list(tuples)), .text(")")]
    }

    /// `deque([1, 2], maxlen=5)`
    private var dequeParts: [PythonTextPart] {
        var items = PythonTextPart.items(PythonItems(reference.graph, node.listItems))
        // Python 2 gives the items to the constructor.
        if case .list(let elements)? = arguments.first { items = .items(PythonItems(elements)) }
        guard arguments.count == 2, arguments[1] != .none else { return [.text("deque(["), items, .text("])")] }
        return [.text("deque(["), items, .text("], maxlen="), .value(arguments[1]), .text(")")]
    }
}
