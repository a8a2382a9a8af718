import NIOCore

/// Takes what it needs from the front of the fuzzer's bytes. Where they have ended, zeros follow.
struct FuzzBytes {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: UnsafeRawBufferPointer) { rest = Array(bytes)[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func byte() -> Int { Int(rest.popFirst() ?? 0) }

    /// At most so many bytes.
    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A length of one byte, and so many bytes.
    mutating func countedBytes() -> [UInt8] { bytes(byte()) }

    mutating func remaining() -> [UInt8] { bytes(rest.count) }

    /// One of the elements, of which there is at least one.
    mutating func element<Element>(of elements: [Element]) -> Element { elements[byte() % elements.count] }
}
