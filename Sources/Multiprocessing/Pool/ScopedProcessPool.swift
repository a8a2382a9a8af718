/// Runs the body with a pool of worker processes, which have ended when this returns. Python's `with Pool(n) as pool`.
///
/// When the body returns, calls that are still going on are waited for (Python's `close()` and `join()`); when it throws or this task is
/// cancelled, the workers are killed (`terminate()`), and those calls throw a ``ProcessError`` (`poolIsClosed`).
///
/// - Parameters:
///   - size: how many workers there are.
///   - configuration: how the workers are treated.
///   - isolation: where the body runs; the caller's, unless told otherwise.
///   - body: uses the pool, which must not be used afterwards.
/// - Returns: what the body returns.
/// - Throws: what the body throws; ``ProcessError`` when the size or the configuration makes no sense, when a worker cannot be started, or
///   with the initializer's error; ``BootstrapError``.
public func withProcessPool<Result>(
    size: Int = ProcessPool.defaultSize, configuration: ProcessPool.Configuration = ProcessPool.Configuration(),
    isolation: isolated (any Actor)? = #isolation, _ body: (ProcessPool) async throws -> Result
) async throws -> Result {
    let pool = try ProcessPool(size: size, configuration)
    try await pool.start()
    do {
        let result = try await body(pool)
        await pool.close()
        return result
    } catch {
        await pool.terminate()
        throw error
    }
}
