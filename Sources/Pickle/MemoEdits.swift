/// The opcodes of a scanned pickle that concern its memo and its framing, in order: what has to be changed when a part of
/// the pickle is cut out to stand alone.
///
/// A fragment keeps only those memo entries that it uses itself, numbered from 0. Fragments can then be put one behind the
/// other without renumbering, for a `BINPUT` may overwrite an entry and every `BINGET` follows its own fragment's `BINPUT`.
struct MemoEdits: Sendable {
    struct Edit: Sendable {
        enum Kind {
            /// `FRAME`, `PROTO`: left out.
            case drop
            /// Kept only when something refers to it.
            case put(isUsed: Bool)
            /// Refers to the put that is the edit of this number.
            case get(put: Int)
        }

        let range: Range<Int>
        var kind: Kind
        /// The number that a kept put has in the fragment that is being written.
        var localIndex = 0
    }

    private var edits: [Edit] = []
    /// By memo number, the edit that put there last.
    private var puts: [Int] = []
    /// How many numbers are in use: the number that `MEMOIZE` puts under.
    private var used = 0
    private static let vacant = -1

    var count: Int { edits.count }

    mutating func reset() {
        used = 0
        edits.removeAllForReuse()
        puts.removeAllForReuse()
    }

    mutating func drop(_ range: Range<Int>) {
        edits.append(Edit(range: range, kind: .drop))
    }

    mutating func memoize(_ range: Range<Int>) {
        put(range, at: used)
    }

    /// - Returns: `false` when the number is far beyond those used so far, which no pickler writes.
    mutating func put(_ range: Range<Int>, index: Int) -> Bool {
        guard index <= puts.count + 1_024 else { return false }
        put(range, at: index)
        return true
    }

    private mutating func put(_ range: Range<Int>, at index: Int) {
        defer { edits.append(Edit(range: range, kind: .put(isUsed: false))) }
        // As all picklers do.
        if index == puts.count {
            used += 1
            return puts.append(edits.count)
        }
        while puts.count <= index { puts.append(Self.vacant) }
        if puts[index] == Self.vacant { used += 1 }
        puts[index] = edits.count
    }

    /// - Returns: `false` when nothing was put under the number.
    mutating func get(_ range: Range<Int>, index: Int) -> Bool {
        guard index < puts.count, puts[index] != Self.vacant else { return false }
        edits[puts[index]].kind = .put(isUsed: true)
        edits.append(Edit(range: range, kind: .get(put: puts[index])))
        return true
    }

    /// The numbers of the edits that lie in a range of the pickle.
    func edits(in range: Range<Int>) -> Range<Int> {
        firstEdit(from: range.lowerBound)..<firstEdit(from: range.upperBound)
    }

    private func firstEdit(from offset: Int) -> Int {
        var low = 0
        var high = edits.count
        while low < high {
            let middle = (low + high) / 2
            if edits[middle].range.lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The range without the opcodes at its end that are to be left out; `nil` when there is more to do.
    /// This is the case of a string or tuple that is memoized and never used again, nearly every argument, also of a large one, behind
    /// which a new frame begins before it is memoized.
    func trimmed(_ range: Range<Int>, edits numbers: Range<Int>) -> Range<Int>? {
        var end = range.upperBound
        for edit in edits[numbers].reversed() {
            guard edit.range.upperBound == end else { return nil }
            switch edit.kind {
            case .drop: break
            case .put: break  // Whatever refers to it stands outside the range.
            case .get: return nil
            }
            end = edit.range.lowerBound
        }
        return range.lowerBound..<end
    }

    /// The opcodes of the range as they read when they stand alone; `nil` when one refers to an object outside it.
    mutating func rewritten(_ range: Range<Int>, edits numbers: Range<Int>, of bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        var body = PicklerOutput([])
        var copied = range.lowerBound
        var nextIndex = 0
        for number in numbers {
            let edit = edits[number]
            body.append(raw: bytes[copied..<edit.range.lowerBound])
            copied = edit.range.upperBound
            switch edit.kind {
            case .drop, .put(isUsed: false): break
            case .put(isUsed: true):
                edits[number].localIndex = nextIndex
                body.append(.binPut, orLong: .longBinPut, index: nextIndex)
                nextIndex += 1
            case .get(let put):
                guard numbers.contains(put) else { return nil }
                body.append(.binGet, orLong: .longBinGet, index: edits[put].localIndex)
            }
        }
        body.append(raw: bytes[copied..<range.upperBound])
        return body.bytes
    }
}
