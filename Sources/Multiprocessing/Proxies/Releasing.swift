import Pickle

/// Runs the body and releases the object afterwards, whatever happens.
func releasing<Result>(_ object: ObjectProxy, _ body: () async throws -> Result) async throws -> Result {
    let result: Result
    do {
        result = try await body()
    } catch {
        try? await sendRelease(object)
        throw error
    }
    try await sendRelease(object)
    return result
}

/// Releases the object even when the task is cancelled or its time is over.
func sendRelease(_ object: ObjectProxy, _ arguments: [Fragment] = []) async throws {
    try await givingBack { _ = try await object.send("release", arguments) }
}
