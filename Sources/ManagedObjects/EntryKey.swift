import Pickle

/// A key by which an entry is looked for.
///
/// A number or a text stays as it was sent: it is mostly written as the entry's key is.
struct EntryKey {
    private enum Form {
        case written(Fragment)
        case read(PickleKey)
    }

    private let form: Form
    let hash: UInt32

    private init(_ form: Form, _ hasher: consuming Hasher) {
        self.form = form
        hash = UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// The key that a pickled value is.
    ///
    /// - Throws: as `PickleKey.init(_:python:)`.
    init(_ fragment: Fragment, python: PythonVersion = .latest) throws(PythonException) {
        var hasher = Hasher()
        if PickleKey.hash(atom: fragment, into: &hasher) {
            self.init(.written(fragment), hasher)
        } else {
            try self.init(fragment.pythonValue(), python: python)
        }
    }

    /// The key that a value is.
    ///
    /// - Throws: as `PickleKey.init(_:python:)`.
    init(_ value: PickleValue, python: PythonVersion = .latest) throws(PythonException) {
        let key = try PickleKey(value, python: python)
        var hasher = Hasher()
        key.hash(into: &hasher)
        self.init(.read(key), hasher)
    }

    /// Whether this is the key that a pickled value with the same hash is.
    func isKey(of held: Fragment) -> Bool {
        switch form {
        case .read(let key): key.isKey(of: held)
        case .written(let fragment): fragment.body == held.body || (try? PickleKey(fragment))?.isKey(of: held) ?? false
        }
    }
}
