/// The inputs of `map`, in order, a batch at a time.
struct MapInputs: Sequence, Sendable {
    private let given: [String]?

    init(_ inputs: [String]) { given = inputs }
    private init() { given = nil }

    /// The lines of standard input.
    static let standardInput = MapInputs()

    func makeIterator() -> AnyIterator<[[UInt8]]> {
        guard let given else {
            let lines = InputLines()
            return AnyIterator(lines.makeIterator())
        }
        return AnyIterator(CollectionOfOne(given.map { Array($0.utf8) }).makeIterator())
    }
}
