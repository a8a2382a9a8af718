import Pickle

/// How a function takes its arguments and what it says of wrong ones, by version: where Python has it written in C in one version and in
/// Python in another, or has changed its parameters, each has a signature of its own.
/// `Signature.python("Event.__init__").before(.python3, .python("Event.__init__", optional: ["verbose"]))`
struct Signature: Sendable {
    /// The arguments in the parameters' order.
    ///
    /// - Throws: `TypeError`, when there are too few or too many, or one is named that is not there.
    let bind: HostedMethod.Binding

    /// A function that is written in Python.
    ///
    /// - Parameters:
    ///   - name: what error messages call it.
    ///   - required: the names of the parameters that must be given.
    ///   - optional: the names of those that may be left out.
    ///   - takesKeywords: whether it takes arguments of any other name, too (`**kwds`).
    ///   - countsSelf: whether Python's counts in error texts have one more, for `self`.
    static func python(
        _ name: String, _ required: [String] = [], optional: [String] = [], takesKeywords: Bool = false, countsSelf: Bool = true
    ) -> Signature {
        Signature(bind: Parameters(name: name, required: required, optional: optional, takesKeywords: takesKeywords, countsSelf: countsSelf).bind)
    }

    /// A function that is written in C.
    static func c(_ qualifiedName: String, _ convention: CConvention) -> Signature {
        Signature(bind: CFunction(qualifiedName: qualifiedName, convention: convention).bind)
    }

    /// The same function, which before a version had another signature.
    func before(_ version: PythonVersion, _ older: Signature) -> Signature {
        Signature { (arguments) throws(PythonException) in try (arguments.python < version ? older : self).bind(arguments) }
    }
}
