import Pickle

extension PythonException {
    /// What `traceback.format_exc()` gives, without files and lines, which would tell a peer nothing: its last line is
    /// `Type: message`, as clients expect.
    var traceback: String {
        "Traceback (most recent call last):\n  (in the manager's server)\n\(lastLine)\n"
    }

    /// `Type: message`
    var lastLine: String {
        let qualified = module == "builtins" ? name : "\(module).\(name)"
        return message.isEmpty ? qualified : "\(qualified): \(message)"
    }

    /// `str(exception)`; a `KeyError` shows its key's `repr`.
    private var message: String {
        switch arguments.count {
        case 0: ""
        case 1 where name == "KeyError": (try? arguments[0].pythonRepr()) ?? ""
        case 1: (try? arguments[0].pythonStr()) ?? ""
        default: (try? PickleValue.tuple(PickleElements(arguments)).pythonRepr()) ?? ""
        }
    }

    /// The exception's instance, as `#ERROR` carries it.
    func instance(at version: PickleProtocol) -> PickleValue {
        var arguments = arguments
        if isMessage, version == .v2 { arguments = arguments.map { .legacyString(PythonText($0)?.utf8 ?? []) } }
        return .instance(PickleInstance(.global(PickleGlobal(module: module, name: name)), arguments, state: state))
    }
}

extension PickleError {
    /// What Python's unpickler raises on such bytes.
    var pythonException: PythonException {
        PythonException(module: "_pickle", name: "UnpicklingError", arguments: [.string(description)])
    }
}
