/// The inputs of `map`, in order, a batch at a time.
enum MapInputs: Sendable {
    case given([String])
    case standardInput

    /// The batches.
    var batches: AsyncStream<[[UInt8]]> {
        switch self {
        case .given(let inputs):
            AsyncStream { continuation in
                continuation.yield(inputs.map { Array($0.utf8) })
                continuation.finish()
            }
        case .standardInput: StandardInput.lines()
        }
    }
}
