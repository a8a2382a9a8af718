import Pickle

/// A queue's `maxsize`: how many items may wait. As in CPython it is any value, and looked at only when it is asked.
struct QueueCapacity: Sendable {
    private let maxsize: PickleValue
    /// As a number; `nil` when it is none.
    private let number: Double?

    init(_ maxsize: PickleValue) {
        self.maxsize = maxsize
        number = Double(pythonNumber: maxsize)
    }

    /// `maxsize > 0`, which the methods that put ask first.
    ///
    /// - Throws: `TypeError` when it is no number.
    func isBounded(_ python: PythonVersion) throws(PythonException) -> Bool {
        if let number { return number > 0 }
        guard !python.isPython2 else { return try PickleValue.int(0).isLess(than: maxsize, python: python) }
        throw .typeError("'>' not supported between instances of '\(maxsize.pythonTypeTitle)' and 'int'")
    }

    /// `0 < maxsize <= qsize()`, as `full` asks.
    ///
    /// - Throws: `TypeError` when it is no number.
    func isFull(_ count: Int, _ python: PythonVersion) throws(PythonException) -> Bool {
        try PickleValue.int(0).isLess(than: maxsize, python: python) && isReached(by: count)
    }

    /// Whether so many items leave no room. What is no number, Python 2 holds for more than any.
    func isReached(by count: Int) -> Bool {
        guard let number else { return false }
        return number > 0 && Double(count) >= number
    }
}
