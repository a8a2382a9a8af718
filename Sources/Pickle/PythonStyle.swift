/// Whose text `repr` and `str` give.
public enum PythonStyle: Sendable {
    /// CPython 2.7: `u'a'`, `set([1])`, `18446744073709551616L`.
    case python2
    /// The current CPython 3.
    case python3
}
