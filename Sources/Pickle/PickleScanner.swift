/// Finds where the parts of a pickled tuple stand, without reading what they hold.
///
/// A server that only moves values need not build them: the opcodes of one value stand side by side in a pickle, so
/// following the stack's height is enough to find each argument of a request and to cut it out as a ``Fragment``.
/// Keep one scanner for many pickles: its tables are used again.
public struct PickleScanner: Sendable {
    /// One value's opcodes: a range of the scanned bytes.
    public struct Span: Sendable, Hashable {
        /// The first opcode's offset, in bytes.
        public let start: Int
        /// The offset behind the last opcode.
        public let end: Int
        /// Where the elements are listed, when the value is a tuple near the top.
        let elements: Range<Int>?
    }

    /// The protocol that `PROTO` names; 0 when there is no `PROTO`.
    public private(set) var protocolVersion = PickleProtocol.v0
    /// Whether the pickle calls something, as it does for every instance of a class that is rebuilt by a function.
    public private(set) var hasReduction = false

    /// One value on the unpickler's stack.
    private struct Entry {
        var start: Int
        var firstElement: Int32 = -1
        var elementCount: Int32 = 0
        /// Whether it is the memo's: an object that stands elsewhere, too.
        var isReference = false
    }

    /// Where a `MARK` stands, and how many values were on the stack.
    private struct Mark {
        let start: Int
        let height: Int
    }

    private let limits: PickleLimits
    private let shapes = OpcodeShape.table
    private var stack: [Entry] = []
    private var marks: [Mark] = []
    /// The elements of the tuples near the top of the stack.
    private var elements: [Span] = []
    private var memo = MemoEdits()

    public init(limits: PickleLimits = .default) {
        self.limits = limits
    }

    /// Only tuples that stand among the first values of the stack can be the request or its arguments.
    private static let nearTop = 3

    /// Follows a whole pickle.
    ///
    /// - Returns: where its value stands; `nil` when the pickle is well-formed so far but not regular: it uses `POP`, `DUP`
    ///   or the like, so that only reading it with ``Unpickler`` tells its parts.
    /// - Throws: ``PickleError`` when the bytes are no pickle.
    public mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(PickleError) -> Span? {
        guard bytes.count <= limits.size else { throw PickleError(.limitExceeded("size")) }
        reset()
        var offset = 0
        while offset < bytes.count {
            let opcode = bytes[offset]
            let shape = shapes[Int(opcode)]
            let next = try end(of: shape.argument, at: offset, in: bytes)
            do throws(Malformed) {
                switch shape.effect {
                case .push: stack.append(Entry(start: offset))
                case .mark: marks.append(Mark(start: offset, height: stack.count))
                case .build(let count):
                    if opcode == PickleOpcode.reduce.rawValue { hasReduction = true }
                    try build(from: stack.count - count, startingAt: nil, closedAt: offset, isTuple: shape.makesTuple)
                case .buildToMark:
                    let mark = try popMark()
                    try build(from: mark.height, startingAt: mark.start, closedAt: offset, isTuple: shape.makesTuple)
                case .extend(let count): guard try shrink(to: stack.count - count) else { return nil }
                case .extendToMark: guard try shrink(to: popMark().height) else { return nil }
                case .memoize:
                    try checkTop()
                    memo.memoize(offset..<next)
                case .put:
                    try checkTop()
                    guard let index = Self.memoIndex(offset..<next, in: bytes), memo.put(offset..<next, index: index) else { return nil }
                case .get:
                    guard let index = Self.memoIndex(offset..<next, in: bytes), memo.get(offset..<next, index: index) else { return nil }
                    stack.append(Entry(start: offset, isReference: true))
                case .nothing: guard try skip(offset..<next, in: bytes) else { return nil }
                case .stop: return try root(endingAt: offset)
                case .irregular: return nil
                case .unknown: throw Malformed(.unknownOpcode)
                }
                guard stack.count <= limits.memo, memo.count <= limits.memo else { throw Malformed(.limitExceeded("memo")) }
            } catch {
                throw PickleError(error.reason, offset: offset, opcode: opcode)
            }
            offset = next
        }
        throw PickleError(.truncated, offset: offset)
    }

    /// The parts of a value that is a tuple: the pickled tuple itself, or an element of it that is a tuple.
    public func elements(of span: Span) -> ArraySlice<Span>? {
        span.elements.map { elements[$0] }
    }

    /// How many parts a value has that is a tuple, as ``elements(of:)`` tells them.
    public func elementCount(of span: Span) -> Int? { span.elements?.count }

    /// One of the parts of a value that is a tuple.
    public func element(_ number: Int, of span: Span) -> Span? {
        guard let elements = span.elements, number < elements.count else { return nil }
        return self.elements[elements.lowerBound + number]
    }

    /// Cuts a value out so that it can stand alone.
    ///
    /// - Parameters:
    ///   - span: where the value stands.
    ///   - bytes: the bytes that were scanned last.
    ///   - storage: the same bytes where they may be kept: a large value then stays in them, and is not copied.
    /// - Returns: `nil` when the value refers to an object outside it, so that only reading the pickle tells its whole.
    public mutating func fragment(_ span: Span, of bytes: UnsafeRawBufferPointer, in storage: ArraySlice<UInt8>? = nil) -> Fragment? {
        let whole = span.start..<span.end
        let edits = memo.edits(in: whole)
        if let kept = edits.isEmpty ? whole : memo.trimmed(whole, edits: edits) { return Fragment(kept, of: bytes, in: storage, from: protocolVersion) }
        guard let body = memo.rewritten(whole, edits: edits, of: bytes) else { return nil }
        return Fragment(body, from: protocolVersion)
    }

    /// The text of a value that is a `str`, where it stands.
    ///
    /// - Returns: `nil` when it is none, or refers to one elsewhere in the pickle.
    public func text(_ span: Span, of bytes: UnsafeRawBufferPointer) -> String? {
        read(span, of: bytes) { $0.text() ?? $0.legacyText() }
    }

    public func isNone(_ span: Span, of bytes: UnsafeRawBufferPointer) -> Bool {
        read(span, of: bytes) { $0.take(.none) ? true : nil } ?? false
    }

    public func isEmptyDictionary(_ span: Span, of bytes: UnsafeRawBufferPointer) -> Bool {
        read(span, of: bytes) { $0.take(.emptyDict) ? true : nil } ?? false
    }

    /// What the reader finds, when it is the whole value.
    private func read<Value>(_ span: Span, of bytes: UnsafeRawBufferPointer, _ body: (inout OpcodeReader) -> Value?) -> Value? {
        var reader = OpcodeReader(UnsafeRawBufferPointer(rebasing: bytes[span.start..<span.end]))
        guard let value = body(&reader) else { return nil }
        reader.skipMemoization()
        return reader.isAtEnd ? value : nil
    }
}

// MARK: - Steps

extension PickleScanner {
    /// What is wrong with an opcode, before its place is added.
    private struct Malformed: Error {
        let reason: PickleError.Reason
        init(_ reason: PickleError.Reason) { self.reason = reason }
    }

    private mutating func reset() {
        protocolVersion = .v0
        hasReduction = false
        stack.removeAllForReuse()
        marks.removeAllForReuse()
        elements.removeAllForReuse()
        memo.reset()
    }

    private mutating func popMark() throws(Malformed) -> Mark {
        guard let mark = marks.popLast() else { throw Malformed(.stack("no mark on the stack")) }
        return mark
    }

    /// Whether values may be taken from the stack down to this height: never below the innermost mark.
    private func check(_ height: Int) throws(Malformed) {
        guard height >= (marks.last?.height ?? 0), height <= stack.count else { throw Malformed(.stack("stack underflow")) }
    }

    /// Whether there is a value above the innermost mark.
    private func checkTop() throws(Malformed) {
        guard stack.count > (marks.last?.height ?? 0) else { throw Malformed(.stack("nothing on the stack to memoize")) }
    }

    /// Replaces the values above `height` by one that consists of them.
    ///
    /// - Parameter start: where its first opcode stands, when that is the mark; otherwise it is that of its first part.
    private mutating func build(
        from height: Int, startingAt start: Int?, closedAt offset: Int, isTuple: Bool
    ) throws(Malformed) {
        try check(height)
        let first = height < stack.count ? stack[height].start : offset
        var entry = Entry(start: start ?? first)
        if isTuple, height < Self.nearTop { listElements(from: height, endingAt: offset, in: &entry) }
        stack.removeLast(stack.count - height)
        stack.append(entry)
    }

    private mutating func listElements(from height: Int, endingAt offset: Int, in entry: inout Entry) {
        entry.firstElement = Int32(truncatingIfNeeded: elements.count)
        entry.elementCount = Int32(truncatingIfNeeded: stack.count - height)
        for index in height..<stack.count {
            let end = index + 1 < stack.count ? stack[index + 1].start : offset
            elements.append(span(stack[index], endingAt: end))
        }
    }

    private func span(_ entry: Entry, endingAt end: Int) -> Span {
        let first = Int(entry.firstElement)
        return Span(start: entry.start, end: end, elements: first < 0 ? nil : first..<first + Int(entry.elementCount))
    }

    /// Drops the values above `height`, which went into the one below.
    ///
    /// - Returns: `false` when that is the memo's: the object changes where it stands, which may be in another part.
    private mutating func shrink(to height: Int) throws(Malformed) -> Bool {
        try check(height)
        guard height > (marks.last?.height ?? 0) else { throw Malformed(.stack("nothing on the stack to add to")) }
        stack.removeLast(stack.count - height)
        return !stack[height - 1].isReference
    }

    /// - Returns: `false` for a `PROTO` after other opcodes, which were then of another protocol.
    private mutating func skip(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) throws(Malformed) -> Bool {
        if range.count == 2 {
            guard range.lowerBound == 0 else { return false }
            let version = bytes[range.lowerBound + 1]
            guard let known = PickleProtocol(rawValue: version) else { throw Malformed(.unsupportedProtocol(version)) }
            protocolVersion = known
        } else {
            try checkFrame(range, in: bytes)
        }
        memo.drop(range)
        return true
    }

    /// A `FRAME` lies within the bytes. That is all it means.
    private func checkFrame(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) throws(Malformed) {
        guard let length = Self.littleEndian(bytes, at: range.lowerBound + 1, width: range.count - 1), length <= bytes.count - range.upperBound else {
            throw Malformed(.truncated)
        }
    }

    private mutating func root(endingAt offset: Int) throws(Malformed) -> Span {
        guard let root = stack.popLast(), stack.isEmpty, marks.isEmpty else { throw Malformed(.stack("STOP needs exactly one value on the stack")) }
        return span(root, endingAt: offset)
    }

    /// The offset behind an opcode's argument, which lies within the bytes.
    private func end(
        of argument: OpcodeShape.Argument, at offset: Int, in bytes: UnsafeRawBufferPointer
    ) throws(PickleError) -> Int {
        let start = offset + 1
        let count: Int?
        switch argument {
        case .none: return start
        case .fixed(let length): count = length
        case .counted(let width):
            count = Self.littleEndian(bytes, at: start, width: width).flatMap { $0 > bytes.count ? nil : $0 + width }
        case .lines(let lines): count = Self.length(ofLines: lines, at: start, in: bytes)
        }
        guard let count, count <= bytes.count - start else {
            throw PickleError(.truncated, offset: offset, opcode: bytes[offset])
        }
        return start + count
    }

    /// An unsigned number of one, four or eight bytes; `nil` when the bytes end before it or it does not fit an `Int`.
    private static func littleEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int, width: Int) -> Int? {
        guard width <= bytes.count - offset else { return nil }
        switch width {
        case 1: return Int(bytes[offset])
        case 4: return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
        default: return Int(exactly: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
    }

    private static func length(ofLines lines: Int, at start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        var end = start
        for _ in 0..<lines {
            guard let newline = bytes[end...].firstIndex(of: 0x0a) else { return nil }
            end = newline + 1
        }
        return end - start
    }

    /// The memo's number in the argument of a `PUT` or `GET` of any form.
    private static func memoIndex(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Int? {
        let start = range.lowerBound + 1
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "p"), UInt8(ascii: "g"):
            return Int(String(decoding: bytes[start..<range.upperBound - 1], as: UTF8.self)).flatMap { $0 < 0 ? nil : $0 }
        default:
            return littleEndian(bytes, at: start, width: range.upperBound - start)
        }
    }
}
