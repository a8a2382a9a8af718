extension PickleValue {
    /// `type(value).__name__`: `int`, `str`, `NoneType`; for an instance the name of its class.
    public var pythonTypeName: String {
        switch self {
        case .none: "NoneType"
        case .bool: "bool"
        case .int, .bigInt: "int"
        case .float: "float"
        case .string, .surrogateString, .legacyString: "str"
        case .bytes: "bytes"
        case .byteArray: "bytearray"
        case .tuple: "tuple"
        case .list: "list"
        case .set: "set"
        case .frozenSet: "frozenset"
        case .dictionary: "dict"
        case .global(let global): global.pythonTypeName
        case .instance(let instance): instance.pythonTypeName
        case .persistent, .extensionCode: "object"
        }
    }

    /// The type's name as error messages give it, CPython's `tp_name`: that of a type written in C holds its module.
    public var pythonTypeTitle: String {
        guard case .instance(let instance) = self, let type = instance.pythonClass, PythonTypes.titledByModule.contains(type)
        else { return pythonTypeName }
        return "\(type.module).\(type.name)"
    }

    /// The type's name as the error messages of a Python have it.
    package func typeTitle(_ python: PythonVersion) -> String {
        guard python.isPython2 else { return pythonTypeTitle }
        return switch self {
        case .string, .surrogateString: "unicode"
        case .bytes: "str"
        case .bigInt: "long"
        case .instance(let instance): instance.pythonClass?.python2Title ?? pythonTypeTitle
        default: pythonTypeTitle
        }
    }
}

extension PickleValue {
    /// Whether Python may be able to call it: a class or function, or an object of a class that is not known here.
    package var mayBeCallable: Bool {
        switch self {
        case .global(let global): PythonTypes.singletons[global] == nil
        case .persistent, .extensionCode: true
        case .instance(let instance): instance.pythonClass.map { !$0.isPythonClass || !PythonTypes.dataModules.contains($0.module) } ?? true
        default: false
        }
    }
}

extension PickleGlobal {
    /// The type of what the name stands for: a singleton, a class or a function.
    fileprivate var pythonTypeName: String {
        if let singleton = PythonTypes.singletons[self] { return singleton }
        if isPythonClass { return "type" }
        return module == "builtins" || module == "__builtin__" ? "builtin_function_or_method" : "function"
    }

    /// The type's name in Python 2's error messages, where it is not Python 3's. Built-in exceptions have a module there.
    fileprivate var python2Title: String? {
        if let title = PythonTypes.python2Titles[self] { return title }
        let old = PythonNames.python2(self)
        return old.module == "exceptions" ? "\(old.module).\(old.name)" : nil
    }

    /// Whether the name is a class's, as far as a name can tell: it starts in upper case, or is a known type's.
    var isPythonClass: Bool {
        if PythonTypes.lowerCase[module]?.contains(name) == true { return true }
        return unqualifiedName.unicodeScalars.first?.properties.isUppercase ?? false
    }

    /// `__name__`, where ``name`` is `__qualname__`.
    var unqualifiedName: String {
        name.split(separator: ".", omittingEmptySubsequences: false).last.map(String.init) ?? name
    }
}

extension PickleInstance {
    fileprivate var pythonTypeName: String {
        // `type(None)` and its like, which have no name to be pickled by.
        if global == PickleGlobal(module: "builtins", name: "type") { return "type" }
        return pythonClass?.unqualifiedName ?? "object"
    }

    /// The class, where the pickle names it: the callable, or what a function that makes objects of any class is given as one.
    var pythonClass: PickleGlobal? {
        guard let global else { return nil }
        guard PythonTypes.makers.contains(global.name), PythonTypes.makerModules.contains(global.module) else { return global }
        guard case .global(let type)? = arguments.first else { return nil }
        return type
    }
}

/// What must be known of types by name.
enum PythonTypes {
    /// Objects that are pickled by name though they are neither classes nor functions, with their types' names.
    static let singletons = [
        PickleGlobal(module: "builtins", name: "Ellipsis"): "ellipsis",
        PickleGlobal(module: "builtins", name: "NotImplemented"): "NotImplementedType",
    ]

    /// Types whose names start in lower case, by module.
    static let lowerCase: [String: Set<String>] = [
        "builtins": [
            "bool", "bytearray", "bytes", "classmethod", "complex", "dict", "enumerate", "filter", "float", "frozenset", "int",
            "list", "map", "memoryview", "object", "property", "range", "reversed", "set", "slice", "staticmethod", "str",
            "super", "tuple", "type", "zip",
        ],
        "__builtin__": ["basestring", "buffer", "file", "long", "str"],
        "array": ["array"],
        "collections": ["defaultdict", "deque"],
        "datetime": ["date", "datetime", "time", "timedelta", "timezone", "tzinfo"],
        "functools": ["partial"],
        "itertools": ["chain", "count", "cycle", "islice", "repeat", "starmap"],
        "types": ["mappingproxy"],
    ]

    /// Functions whose first argument is the class of what they make.
    static let makers: Set<String> = ["_reconstructor", "__newobj__", "_array_reconstructor", "_reconstruct"]
    static let makerModules: Set<String> = ["copyreg", "array", "numpy.core.multiarray", "numpy._core.multiarray"]

    /// Modules whose classes have no `__call__`.
    static let dataModules: Set<String> = ["array", "builtins", "collections", "datetime", "decimal", "fractions"]

    /// Types that are called otherwise in Python 2, or were written in Python.
    static let python2Titles = [
        PickleGlobal(module: "builtins", name: "range"): "xrange",
        PickleGlobal(module: "collections", name: "OrderedDict"): "OrderedDict",
        PickleGlobal(module: "decimal", name: "Decimal"): "Decimal",
    ]

    static let titledByModule: Set<PickleGlobal> = [
        PickleGlobal(module: "array", name: "array"),
        PickleGlobal(module: "collections", name: "OrderedDict"),
        PickleGlobal(module: "collections", name: "defaultdict"),
        PickleGlobal(module: "collections", name: "deque"),
        PickleGlobal(module: "datetime", name: "date"),
        PickleGlobal(module: "datetime", name: "datetime"),
        PickleGlobal(module: "datetime", name: "time"),
        PickleGlobal(module: "datetime", name: "timedelta"),
        PickleGlobal(module: "datetime", name: "timezone"),
        PickleGlobal(module: "decimal", name: "Decimal"),
        PickleGlobal(module: "functools", name: "partial"),
        PickleGlobal(module: "numpy", name: "ndarray"),
    ]
}
