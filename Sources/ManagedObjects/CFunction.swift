import Pickle

/// How CPython's C functions take their arguments: by position only, with error texts by calling convention and version.
public enum CConvention: Sendable {
    /// `METH_NOARGS`
    case noArguments
    /// `METH_O`
    case oneArgument
    /// `PyArg_UnpackTuple`, which Argument Clinic writes, too, since 3.8.
    case unpacked(ClosedRange<Int>)
    /// `PyArg_ParseTuple` up to 3.7, unpacked since.
    case parsed(ClosedRange<Int>)
    /// A type's own arguments, unpacked.
    case constructor(ClosedRange<Int>)
    /// `METH_VARARGS` until 3.12, a fast call since: any number of arguments.
    case variadic
    /// `PyArg_ParseTupleAndKeywords` with these names, all of which may be left out. An unknown name is noticed last, after the arguments
    /// have been converted: see `Arguments.rejectUnknownKeywords(_:of:)`.
    case optionalKeywords([String])
    /// The same, of which none may be given by position.
    case keywordsOnly([String])
    /// A slot's wrapper (`__len__`, `__add__`) that counts its arguments itself.
    case slot(Int)
    /// A slot's wrapper (`__mul__`, `__setitem__`) that has them unpacked, and gives no name for the error text.
    case unpackedSlot(Int)
    /// A slot's wrapper (Python 2's `__getslice__`) that has them parsed.
    case parsedSlot(Int)

    var counts: ClosedRange<Int> {
        switch self {
        case .noArguments: 0...0
        case .oneArgument: 1...1
        case .unpacked(let counts), .parsed(let counts), .constructor(let counts): counts
        case .variadic: 0...Int.max
        case .optionalKeywords(let names), .keywordsOnly(let names): 0...names.count
        case .slot(let count), .unpackedSlot(let count), .parsedSlot(let count): count...count
        }
    }
}

/// A function of CPython's that is written in C, by what its errors say.
struct CFunction: Sendable {
    /// `list.append`
    let qualifiedName: String
    let convention: CConvention

    /// The arguments, all of them by position.
    ///
    /// - Throws: `TypeError`, when there are too few or too many, or any is named.
    func bind(_ arguments: consuming Arguments) throws(PythonException) -> BoundArguments {
        switch convention {
        case .optionalKeywords(let names): return try bind(arguments, names)
        case .keywordsOnly(let names): return try bindKeywords(arguments, names)
        default: break
        }
        guard arguments.keywords.isEmpty else { throw .typeError(keywordText(arguments.python)) }
        let given = arguments.positional.count
        guard convention.counts.contains(given) else { throw .typeError(countText(given, arguments.python)) }
        return BoundArguments(arguments)
    }

    private func bind(_ arguments: Arguments, _ names: [String]) throws(PythonException) -> BoundArguments {
        let given = arguments.positional.count + arguments.keywords.count
        guard given <= names.count else { throw .typeError(Self.parsingText(name, given, convention.counts)) }
        var bound: [Fragment?] = arguments.positional
        for (keyword, value) in arguments.keywords {
            guard let position = names.firstIndex(of: keyword) else { continue }
            while bound.count <= position { bound.append(nil) }
            guard bound[position] == nil else {
                let title = arguments.python < PythonVersion(3, 7) ? "Argument" : "argument for \(name)()"
                throw .typeError("\(title) given by name ('\(keyword)') and position (\(position + 1))")
            }
            bound[position] = value
        }
        return BoundArguments(arguments, arranged: bound)
    }

    private func bindKeywords(_ arguments: Arguments, _ names: [String]) throws(PythonException) -> BoundArguments {
        let given = arguments.positional.count + arguments.keywords.count
        if arguments.positional.isEmpty, given > names.count {
            throw .typeError("\(name)() takes at most \(names.count) keyword arguments (\(given) given)")
        }
        guard arguments.positional.isEmpty || given > names.count else { throw .typeError("\(name)() takes no positional arguments") }
        return try bind(arguments, names)
    }

    /// `append`
    var name: String { String(qualifiedName.split(separator: ".", maxSplits: 1).last ?? "") }

    /// Which since 3.9 holds the type's name.
    private func title(_ python: PythonVersion) -> String { python < PythonVersion(3, 9) ? name : qualifiedName }

    private func keywordText(_ python: PythonVersion) -> String {
        switch convention {
        case .slot, .unpackedSlot, .parsedSlot:
            python < PythonVersion(3, 7) ? "wrapper \(name) doesn't take keyword arguments" : "wrapper \(name)() takes no keyword arguments"
        case .constructor where python < PythonVersion(3, 7): "\(name)() does not take keyword arguments"
        case .variadic where python < PythonVersion(3, 13): "\(name)() takes no keyword arguments"
        default: "\(title(python))() takes no keyword arguments"
        }
    }

    private func countText(_ given: Int, _ python: PythonVersion) -> String {
        switch convention {
        case .noArguments: "\(title(python))() takes no arguments (\(given) given)"
        case .oneArgument: "\(title(python))() takes exactly one argument (\(given) given)"
        case .optionalKeywords, .keywordsOnly: Self.parsingText(name, given, convention.counts)
        case .parsed(let counts) where python < PythonVersion(3, 8): Self.parsingText(name, given, counts)
        case .unpacked, .parsed, .constructor, .variadic: "\(name) \(Self.unpackingText(given, convention.counts, python))"
        case .slot: Self.unpackingText(given, convention.counts, python)
        case .parsedSlot(let count): "function takes exactly \(count) arguments (\(given) given)"
        case .unpackedSlot: " \(Self.unpackingText(given, convention.counts, python))"
        }
    }

    private static func parsingText(_ name: String, _ given: Int, _ counts: ClosedRange<Int>) -> String {
        let bound = given < counts.lowerBound ? counts.lowerBound : counts.upperBound
        let limit = counts.count == 1 ? "exactly" : given < counts.lowerBound ? "at least" : "at most"
        return "\(name)() takes \(limit) \(bound) argument\(bound == 1 ? "" : "s") (\(given) given)"
    }

    /// `expected at most 2 arguments, got 3`
    static func unpackingText(_ given: Int, _ counts: ClosedRange<Int>, _ python: PythonVersion) -> String {
        let bound = given < counts.lowerBound ? counts.lowerBound : counts.upperBound
        let limit = counts.count == 1 ? "" : given < counts.lowerBound ? "at least " : "at most "
        return "expected \(limit)\(bound) argument\(bound == 1 && python >= PythonVersion(3, 8) ? "" : "s"), got \(given)"
    }
}

extension Arguments {
    /// What C does last with keyword arguments: it refuses those that have no parameter.
    func rejectUnknownKeywords(_ names: [String], of function: String) throws(PythonException) {
        guard let unknown = keywords.first(where: { !names.contains($0.name) })?.name else { return }
        if python < PythonVersion(3, 7) { throw .typeError("'\(unknown)' is an invalid keyword argument for this function") }
        throw .typeError(python < PythonVersion(3, 13)
            ? "'\(unknown)' is an invalid keyword argument for \(function)()" : "\(function)() got an unexpected keyword argument '\(unknown)'")
    }
}
