/// A Python exception as data: what an operation on Python values raises, and what `#ERROR` carries.
public struct PythonException: Error, Sendable {
    /// Behind one reference: what may be an exception, which it seldom is, is small.
    private final class Content: Sendable {
        let module: String
        let name: String
        let arguments: [PickleValue]
        let state: PickleValue?
        let isMessage: Bool

        init(_ module: String, _ name: String, _ arguments: [PickleValue], _ state: PickleValue?, isMessage: Bool) {
            self.module = module
            self.name = name
            self.arguments = arguments
            self.state = state
            self.isMessage = isMessage
        }
    }

    private let content: Content

    /// Where the class lives in Python 3: `builtins`, `queue`, `threading`…
    public var module: String { content.module }
    /// The class's name: `KeyError`, `Empty`…
    public var name: String { content.name }
    /// The exception's `args`.
    public var arguments: [PickleValue] { content.arguments }
    /// What the exception is pickled with beside its `args`: the `name` of an `AttributeError`, since Python 3.12.
    public var state: PickleValue? { content.state }
    /// Whether the argument is a message of the server's, which for Python 2 is a `str`, not a `unicode`.
    public var isMessage: Bool { content.isMessage }

    public init(module: String = "builtins", name: String, arguments: [PickleValue] = [], state: PickleValue? = nil) {
        content = Content(module, name, arguments, state, isMessage: false)
    }

    /// An exception with a message of the server's.
    public init(module: String = "builtins", _ name: String, _ message: String) {
        self.init(module: module, name, PythonText(message))
    }

    /// An exception with a message of the server's, which may quote text with lone surrogates.
    public init(module: String = "builtins", _ name: String, _ message: PythonText, state: PickleValue? = nil) {
        content = Content(module, name, [message.value], state, isMessage: true)
    }

    public static func typeError(_ message: String) -> PythonException { .init("TypeError", message) }
    public static func valueError(_ message: String) -> PythonException { .init("ValueError", message) }
    public static func indexError(_ message: String) -> PythonException { .init("IndexError", message) }
    public static func attributeError(_ message: String) -> PythonException { .init("AttributeError", message) }
    public static func runtimeError(_ message: String) -> PythonException { .init("RuntimeError", message) }
    /// Python's `KeyError(key)`: the argument is the key itself.
    public static func keyError(_ key: PickleValue) -> PythonException { .init(name: "KeyError", arguments: [key]) }
}
