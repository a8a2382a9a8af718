/// The inputs of `map`, in order.
enum MapInputs: Sendable {
    case given([String])
    case standardInput

    /// How many there are, when that is known before they are read.
    var count: Int? {
        if case .given(let inputs) = self { inputs.count } else { nil }
    }

    /// Gives the body the inputs, a batch at a time; the next are read when it is done with these.
    func forEachBatch(_ body: @Sendable ([[UInt8]]) async throws -> Void) async throws {
        switch self {
        case .given(let inputs): try await body(inputs.map { Array($0.utf8) })
        case .standardInput: for await batch in StandardInput() { try await body(batch) }
        }
        try Task.checkCancellation()
    }
}
