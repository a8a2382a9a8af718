public import Pickle

/// An error that says itself which Python exception a client gets for it.
///
/// ```swift
/// enum Bank: Error, PythonExceptionConvertible {
///     case overdrawn(by: Int)
///     var pythonException: PythonException {
///         switch self { case .overdrawn(let sum): .valueError("overdrawn by \(sum)") }
///     }
/// }
/// ```
public protocol PythonExceptionConvertible: Error {
    var pythonException: PythonException { get }
}

extension PythonException {
    /// What a client gets for an error that a method has thrown: a ``PythonException`` as it is, one that is
    /// ``PythonExceptionConvertible`` as it says, and any other as `RuntimeError` with the error's description.
    init(thrown error: any Error) {
        self = switch error {
        case let exception as PythonException: exception
        case let error as any PythonExceptionConvertible: error.pythonException
        default: .runtimeError("\(error)")
        }
    }
}
