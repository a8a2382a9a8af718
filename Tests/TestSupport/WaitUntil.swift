/// Waits until the condition holds, looking again and again; ends with the test when its time is up.
///
/// - Throws: `CancellationError`; what the condition throws.
public func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
