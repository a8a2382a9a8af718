
/// What a worker says to its pool: first that it is ready, then what became of each task, in the order in which they were sent.
enum PoolReply: Sendable {
    case ready
    /// The output, pickled.
    case output([UInt8])
    /// The task's error: the name of its type, and its text.
    case failure(typeName: String, text: String)

    private enum Kind { static let (ready, output, failure): (UInt8, UInt8, UInt8) = (0, 1, 2) }

    /// One byte for the kind, then the output, or the two texts of the error with a NUL between them.
    var bytes: [UInt8] {
        switch self {
        case .ready: [Kind.ready]
        case .output(let bytes): [Kind.output] + bytes
        case .failure(let typeName, let text): [Kind.failure] + Array("\(typeName)\0\(text)".utf8)
        }
    }

    init?(_ bytes: [UInt8]) {
        let rest = bytes.dropFirst()
        switch bytes.first {
        case Kind.ready: self = .ready
        case Kind.output: self = .output(Array(rest))
        case Kind.failure:
            let texts = rest.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
            guard texts.count == 2 else { return nil }
            self = .failure(typeName: texts[0], text: texts[1])
        default: return nil
        }
    }
}
