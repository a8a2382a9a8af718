extension PickleValue: CustomStringConvertible {
    /// Python's `repr`; where Python would raise, what it would raise.
    public var description: String {
        do throws(PythonException) {
            return try pythonRepr()
        } catch {
            return "<\(pythonTypeName): \(error.name)>"
        }
    }
}
