/// Where Python 2 has what Python 3 has elsewhere. The meaning is that of CPython's `Lib/_compat_pickle.py`, for the modules
/// that pickles are seen to name.
enum PythonNames {
    /// The name by which values hold what Python 2 wrote: Python 3's, unless that is also another global's of Python 2, as `str`
    /// is, which is `unicode` too.
    static func fromPython2(_ global: PickleGlobal) -> PickleGlobal {
        let new = translated(global)
        return python2(new) == global ? new : global
    }

    /// Python 3's name for a global of either.
    static func python3(_ global: PickleGlobal) -> PickleGlobal {
        let new = translated(global)
        // What has but one name in both was translated when it was read: this is then a module of Python 3 of that name.
        return python2(new) == global ? portable(global) : new
    }

    private static func translated(_ global: PickleGlobal) -> PickleGlobal {
        // Nearly every name is of a module that is called the same in both.
        guard let module = modules[global.module] else { return global }
        if module == "builtins", let place = builtins[global.name] { return place }
        if let place = moved[global] { return place }
        return PickleGlobal(module: module, name: global.name)
    }

    /// Python 2's name for a global of Python 3.
    static func python2(_ global: PickleGlobal) -> PickleGlobal {
        if let place = movedBack[global] { return place }
        if global.module == "builtins" { return PickleGlobal(module: builtinModule(global.name), name: global.name) }
        return PickleGlobal(module: modulesBack[global.module] ?? global.module, name: global.name)
    }

    /// Python 3's name that every Python 3 has: since 3.7 `queue.Empty` says that it lives in `_queue`, which 3.6 lacks.
    private static func portable(_ global: PickleGlobal) -> PickleGlobal {
        global.module == "_queue" && global.name == "Empty" ? PickleGlobal(module: "queue", name: "Empty") : global
    }

    private static func builtinModule(_ name: String) -> String {
        exceptions.contains(name) ? "exceptions" : "__builtin__"
    }

    private static let modules = [
        "__builtin__": "builtins", "exceptions": "builtins", "copy_reg": "copyreg", "Queue": "queue",
        "cPickle": "pickle", "thread": "_thread", "dummy_thread": "_dummy_thread", "SocketServer": "socketserver",
        "ConfigParser": "configparser", "StringIO": "io", "cStringIO": "io", "UserDict": "collections",
        "UserList": "collections", "UserString": "collections", "_abcoll": "collections.abc", "urllib2": "urllib.request",
        "urlparse": "urllib.parse", "httplib": "http.client", "Cookie": "http.cookies", "cookielib": "http.cookiejar",
        "HTMLParser": "html.parser", "htmlentitydefs": "html.entities", "xmlrpclib": "xmlrpc.client",
        "itertools": "itertools",
    ]

    private static let modulesBack = [
        "copyreg": "copy_reg", "queue": "Queue", "_queue": "Queue", "pickle": "pickle", "_thread": "thread",
        "_dummy_thread": "dummy_thread", "socketserver": "SocketServer", "configparser": "ConfigParser",
        "collections.abc": "_abcoll", "urllib.request": "urllib2", "urllib.parse": "urlparse", "http.client": "httplib",
        "http.cookies": "Cookie", "http.cookiejar": "cookielib", "html.parser": "HTMLParser",
        "html.entities": "htmlentitydefs", "xmlrpc.client": "xmlrpclib",
    ]

    /// Names of `__builtin__` and `exceptions` that are called otherwise in Python 3.
    private static let builtins = [
        "xrange": PickleGlobal(module: "builtins", name: "range"),
        "unicode": PickleGlobal(module: "builtins", name: "str"),
        "basestring": PickleGlobal(module: "builtins", name: "str"),
        "long": PickleGlobal(module: "builtins", name: "int"),
        "unichr": PickleGlobal(module: "builtins", name: "chr"),
        "reduce": PickleGlobal(module: "functools", name: "reduce"),
        "intern": PickleGlobal(module: "sys", name: "intern"),
        "StandardError": PickleGlobal(module: "builtins", name: "Exception"),
    ]

    /// Other names that moved.
    private static let moved = [
        PickleGlobal(module: "itertools", name: "izip"): PickleGlobal(module: "builtins", name: "zip"),
        PickleGlobal(module: "itertools", name: "imap"): PickleGlobal(module: "builtins", name: "map"),
        PickleGlobal(module: "itertools", name: "ifilter"): PickleGlobal(module: "builtins", name: "filter"),
        PickleGlobal(module: "itertools", name: "izip_longest"): PickleGlobal(module: "itertools", name: "zip_longest"),
        PickleGlobal(module: "itertools", name: "ifilterfalse"): PickleGlobal(module: "itertools", name: "filterfalse"),
        PickleGlobal(module: "UserDict", name: "IterableUserDict"): PickleGlobal(module: "collections", name: "UserDict"),
    ]

    /// `int` stays `int`: Python 2's becomes a `long` by itself where it must.
    private static let movedBack: [PickleGlobal: PickleGlobal] = {
        var back = [
            PickleGlobal(module: "builtins", name: "range"): PickleGlobal(module: "__builtin__", name: "xrange"),
            PickleGlobal(module: "builtins", name: "str"): PickleGlobal(module: "__builtin__", name: "unicode"),
            PickleGlobal(module: "builtins", name: "chr"): PickleGlobal(module: "__builtin__", name: "unichr"),
            PickleGlobal(module: "functools", name: "reduce"): PickleGlobal(module: "__builtin__", name: "reduce"),
            PickleGlobal(module: "sys", name: "intern"): PickleGlobal(module: "__builtin__", name: "intern"),
            PickleGlobal(module: "collections", name: "UserDict"): PickleGlobal(module: "UserDict", name: "IterableUserDict"),
            PickleGlobal(module: "collections", name: "UserList"): PickleGlobal(module: "UserList", name: "UserList"),
            PickleGlobal(module: "collections", name: "UserString"): PickleGlobal(module: "UserString", name: "UserString"),
            PickleGlobal(module: "io", name: "StringIO"): PickleGlobal(module: "StringIO", name: "StringIO"),
            PickleGlobal(module: "builtins", name: "ModuleNotFoundError"):
                PickleGlobal(module: "exceptions", name: "ImportError"),
        ]
        for (old, new) in moved where back[new] == nil { back[new] = old }
        for name in newOSErrors {
            back[PickleGlobal(module: "builtins", name: name)] = PickleGlobal(module: "exceptions", name: "OSError")
        }
        return back
    }()

    /// Python 3's subclasses of `OSError`, which Python 2 knows as that alone.
    private static let newOSErrors = [
        "BlockingIOError", "BrokenPipeError", "ChildProcessError", "ConnectionAbortedError", "ConnectionError",
        "ConnectionRefusedError", "ConnectionResetError", "FileExistsError", "FileNotFoundError", "InterruptedError",
        "IsADirectoryError", "NotADirectoryError", "PermissionError", "ProcessLookupError", "TimeoutError",
    ]

    /// What Python 2's module `exceptions` holds.
    private static let exceptions: Set<String> = [
        "ArithmeticError", "AssertionError", "AttributeError", "BaseException", "BufferError", "BytesWarning",
        "DeprecationWarning", "EOFError", "EnvironmentError", "Exception", "FloatingPointError", "FutureWarning",
        "GeneratorExit", "IOError", "ImportError", "ImportWarning", "IndentationError", "IndexError", "KeyError",
        "KeyboardInterrupt", "LookupError", "MemoryError", "NameError", "NotImplementedError", "OSError", "OverflowError",
        "PendingDeprecationWarning", "ReferenceError", "RuntimeError", "RuntimeWarning", "StandardError", "StopIteration",
        "SyntaxError", "SyntaxWarning", "SystemError", "SystemExit", "TabError", "TypeError", "UnboundLocalError",
        "UnicodeDecodeError", "UnicodeEncodeError", "UnicodeError", "UnicodeTranslateError", "UnicodeWarning",
        "UserWarning", "ValueError", "Warning", "ZeroDivisionError",
    ]
}
