extension EncodedTarget {
    /// Runs the target as what prepares a process for its work: Python's `initializer` with its `initargs`.
    ///
    /// - Throws: `ProcessError` with the target's error.
    func runAsInitializer() async throws {
        do {
            try await decode().run()
        } catch {
            throw ProcessError(.cannotStart, "its initializer failed: \(error)")
        }
    }
}
