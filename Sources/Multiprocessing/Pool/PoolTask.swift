/// A piece of work for a ``ProcessPool``: a value whose fields are its arguments, and what it returns.
///
/// <!-- given: pool: ProcessPool -->
/// ```swift
/// struct Square: PoolTask {
///     let number: Int
///     func run() async throws -> Int { number * number }
/// }
/// let squares = try await pool.map((1...100).map { Square(number: $0) })
/// ```
///
/// It is Python's function and arguments of `Pool.map` in one type. As a ``ProcessTarget``, it is declared at file scope and not `private`: the
/// worker finds it by its name.
public protocol PoolTask: Codable, Sendable {
    /// What the task returns, which is sent back to the pool's process.
    associatedtype Output: Codable & Sendable

    /// Does the work, in a worker process.
    ///
    /// - Throws: An error reaches the caller as ``ProcessPool/TaskError``, and the worker goes on with other tasks.
    func run() async throws -> Output
}
