/// Runs the body with a child process that has been started. When the body is over, the child is joined; when it throws, the child is ended.
///
/// ```swift
/// let lines = try await withChildProcess(Report(), configuration: .init(standardOutput: .captured)) { child in
///     try await child.standardOutput.lines.reduce(into: []) { $0.append($1) }
/// }
/// ```
///
/// What the body has not read of captured streams is thrown away, so that the child can end. How it ended is its ``ChildProcess/exitStatus``;
/// a status other than 0 is not an error here.
///
/// - Parameters:
///   - target: What the child runs.
///   - name: What it is called in messages.
///   - daemon: Whether it is terminated when this process ends before the body does, `kill -9` included.
///   - configuration: Its standard streams, environment and folder.
///   - isolation: Where the body runs; the caller's, unless told otherwise.
///   - body: Uses the child.
/// - Returns: What the body returns.
/// - Throws: What the body throws, and what ``ChildProcess/start()`` and ``ChildProcess/join()`` throw. In each case, and when this task is
///   cancelled, the child is asked to end, killed after five seconds, and has ended when this returns.
public func withChildProcess<Result>(
    _ target: some ProcessTarget, name: String? = nil, daemon: Bool = false,
    configuration: ChildProcess.Configuration = ChildProcess.Configuration(), isolation: isolated (any Actor)? = #isolation,
    _ body: (ChildProcess) async throws -> Result
) async throws -> Result {
    let child = try ChildProcess(target, name: name, daemon: daemon, configuration: configuration)
    try await child.start()
    do {
        let result = try await body(child)
        try await child.joinDiscardingOutput()
        return result
    } catch {
        child.terminate()
        await child.joinOrKill(after: .seconds(5))
        throw error
    }
}

extension ChildProcess {
    /// Ends a process that has perhaps not been started, and waits for its end, also when this task is cancelled.
    func killAndJoin() async {
        kill()
        await Task { try? await join() }.value
    }

    /// Waits for the end, and reads meanwhile what nobody has read.
    func joinDiscardingOutput() async throws {
        async let _: Void = discard(try? standardOutput)
        async let _: Void = discard(try? standardError)
        // Who has inherited the streams may hold them open beyond the child's end: the readers are cancelled then.
        try await join()
    }

    private func discard(_ stream: CapturedOutput?) async {
        guard let stream else { return }
        do { for try await _ in stream {} } catch {}
    }

    /// Waits for the end of a process that has been asked to end, and kills it if it does not. Cancelling this task does not shorten it.
    func joinOrKill(after limit: Duration) async {
        await Task {
            if (try? await join(timeout: limit)) != true { kill() }
            try? await join()
        }.value
    }
}
