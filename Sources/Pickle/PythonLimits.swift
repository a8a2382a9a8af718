/// How far operations on Python values go before they raise what Python raises when it can go no further.
enum PythonLimits {
    /// Nesting of containers: CPython's default recursion limit.
    static let depth = 1_000
    /// Bytes of one text. A value that fits a few kilobytes can have a `repr` of any length, since an object that is referred to
    /// many times is shown as often.
    static let text = 1 << 26
    /// Decimal digits of an `int`: CPython's `sys.int_info.default_max_str_digits`.
    static let digits = 4_300
}
