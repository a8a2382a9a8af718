public import Pickle

extension PythonException {
    /// What a call that waits gets when its server is about to end: the error that Python programs know from a server that has gone.
    public static let serverEnds = PythonException("EOFError", "the manager's server is ending")
}
