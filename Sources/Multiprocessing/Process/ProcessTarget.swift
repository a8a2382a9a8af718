/// What a child process runs: a value whose fields are what the child is given.
///
/// It is CPython's pair of `target` and `args` in one type. Because it is `Codable`, what cannot be sent to another
/// process (a closure, a file handle) does not compile as a field. Declare the type at file scope and not `private`:
/// the child finds it again by its name.
public protocol ProcessTarget: Codable, Sendable {
    /// Does the work, in the child process.
    ///
    /// - Throws: An error ends the child with exit status 1 and the line `Process NAME: error` on standard error.
    func run() async throws
}
