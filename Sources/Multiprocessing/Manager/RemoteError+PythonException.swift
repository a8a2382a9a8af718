import ManagedObjects
public import Pickle

/// A method on a server that uses other managed objects passes on what these raise.
extension RemoteError: PythonExceptionConvertible {
    public var pythonException: PythonException {
        let arguments = arguments.isEmpty && !message.isEmpty ? [.string(message)] : arguments
        return PythonException(module: type.module, name: type.name, arguments: arguments)
    }
}
