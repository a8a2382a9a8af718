import Pickle
import Synchronization

/// An object of a user's type in its place.
///
/// A method that takes the object `inout` has it for itself, behind the lock. Any other works on the value as it stands: of a class or an
/// actor that is the object itself, whose own isolation holds.
final class UserObjectHost<Object>: Host<Object>, @unchecked Sendable {
    // Proof: it has no stored property of its own.

    /// `str()` and `repr()` of a type that has no description, and the refusal to give it by value. They do not look at the object, which
    /// may be in use for long: those that do are methods, see ``Method/descriptions``.
    override func fallback(_ method: String, python: PythonVersion, address: String) -> Reply? {
        switch method {
        case "__str__", "__repr__": .text(PythonText(summary(address: address)))
        case "#GETVALUE": .unserializable(.notPicklable("\(Object.self)", python))
        default: nil
        }
    }

    override func contents() throws(PythonException) -> Fragment { throw .notPicklable("\(Object.self)", .latest) }

    override func summary(address: String) -> String { "<\(Object.self) object at \(address)>" }
}

extension Method {
    /// `str()`, `repr()` and `#GETVALUE` for types that have a description or that are `Encodable`.
    static var descriptions: [Method<Object>] {
        var methods: [Method<Object>] = []
        if Object.self is any CustomStringConvertible.Type {
            methods += ["__str__", "__repr__"].map { name in reading(name) { .text(PythonText(String(describing: $0))) } }
        }
        if Object.self is any Encodable.Type {
            methods.append(reading("#GETVALUE") { ($0 as? any Encodable).map { Reply(encoding: $0) } ?? .none })
        }
        return methods
    }

    private static func reading(_ name: String, _ read: @escaping @Sendable (Object) -> Reply) -> Method<Object> {
        Method(name, bind: CFunction(qualifiedName: name, convention: .noArguments).bind) { host, _ in host.state.withLock { read($0) } }
    }
}

extension Reply {
    /// A Swift value, pickled; when it cannot be, the client is told why.
    init(encoding value: some Encodable) {
        do {
            self = .value(try Fragment(encoding: value))
        } catch {
            self = .unserializable(PythonException(thrown: error))
        }
    }
}
