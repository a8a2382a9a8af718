/// Waits until the condition holds, looking again and again; ends with the test when its time is up.
///
/// - Throws: `CancellationError`; what the condition throws.
public func waitUntil(_ condition: () async throws -> Bool) async throws {
    while try await !condition() {
        // What is waited for needs the processor as well.
        try await Task.sleep(for: .milliseconds(1))
    }
}
