import Pickle
import Testing

struct SmallBytesTests {
    @Test func `Bytes of any length come back, are equal to themselves alone and hash alike`() {
        for count in 0...40 {
            // All bits set, so that what is loaded twice or too far shows.
            for pattern in [(0..<count).map { UInt8(0x80 + $0) }, [UInt8](repeating: 0xff, count: count), [UInt8](repeating: 0, count: count)] {
                // Between other bytes, at any place.
                for shift in 0..<9 {
                    let whole = [UInt8](repeating: 0xa5, count: shift) + pattern + [0x5a, 0x5a]
                    let bytes = whole.withUnsafeBytes { SmallBytes(UnsafeRawBufferPointer(rebasing: $0[shift..<shift + count])) }
                    #expect(bytes.array == pattern && bytes.count == count)
                    #expect(bytes == SmallBytes(pattern) && bytes.hashValue == SmallBytes(pattern).hashValue)
                    #expect(bytes != SmallBytes(pattern + [0]))
                    if count > 0 { #expect(bytes != SmallBytes(Array(pattern.dropLast()) + [pattern[count - 1] ^ 1])) }
                    // Nothing is written outside the memory, however much room there is behind the bytes.
                    let room = 4 * shift
                    var memory = [UInt8](repeating: 0x11, count: 2 + count + room + 40)
                    let end = memory.withUnsafeMutableBytes { bytes.copy(to: UnsafeMutableRawBufferPointer(rebasing: $0[..<(2 + count + room)]), at: 2) }
                    #expect(end == count + 2)
                    #expect(Array(memory[..<end]) == [0x11, 0x11] + pattern)
                    #expect(memory.suffix(40).allSatisfy { $0 == 0x11 })
                }
            }
        }
    }
}
