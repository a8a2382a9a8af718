import ManagerConnection
import NIOCore
import Testing

private func buffer(_ bytes: some Sequence<UInt8>) -> ByteBuffer { ByteBuffer(bytes: bytes) }

private func header(_ length: Int) -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.writeFrameHeader(length: length)
    return Array(buffer.readableBytesView)
}

/// The 8-byte form of a length.
private func longHeader(_ length: UInt64) -> [UInt8] {
    [255, 255, 255, 255] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
}

@Suite struct FrameTests {
    @Test func `a length has 4 bytes up to 2^31-1, and 12 above`() {
        #expect(header(0) == [0, 0, 0, 0])
        #expect(header(258) == [0, 0, 1, 2])
        #expect(header(0x7fff_ffff) == [0x7f, 255, 255, 255])
        #expect(header(0x8000_0000) == [255, 255, 255, 255, 0, 0, 0, 0, 0x80, 0, 0, 0])
        #expect(header(.max) == [255, 255, 255, 255, 0x7f, 255, 255, 255, 255, 255, 255, 255])
    }

    @Test func `each way to write a frame gives the same bytes`() throws {
        var (bytes, slice, header) = (ByteBuffer(), ByteBuffer(), ByteBuffer())
        bytes.writeFrame([7, 8, 9])
        slice.writeFrame(buffer([7, 8, 9]))
        header.writeFrameHeader(length: 3)
        header.writeBytes([7, 8, 9])
        #expect(bytes == buffer([0, 0, 0, 3, 7, 8, 9]))
        #expect([slice, header].allSatisfy { $0 == bytes })
    }

    @Test func `frames are found byte by byte`() throws {
        let stream: [UInt8] = [0, 0, 0, 2, 10, 11, 0, 0, 0, 0] + longHeader(1) + [12]
        var (received, frames) = (ByteBuffer(), [ByteBuffer]())
        let decoder = FrameDecoder(maximumLength: 2)
        for byte in stream {
            received.writeInteger(byte)
            while let frame = try decoder.nextFrame(in: &received) { frames.append(frame) }
        }
        #expect(frames == [buffer([10, 11]), buffer([]), buffer([12])])
        #expect(received.readableBytes == 0)
    }

    @Test func `frames are found glued together, the last one unfinished`() throws {
        var received = buffer([0, 0, 0, 1, 5, 0, 0, 0, 2, 6, 7, 0, 0, 0, 3, 8])
        let decoder = FrameDecoder()
        #expect(try decoder.nextFrame(in: &received) == buffer([5]))
        #expect(try decoder.nextFrame(in: &received) == buffer([6, 7]))
        #expect(try decoder.nextFrame(in: &received) == nil)
        #expect(received == buffer([0, 0, 0, 3, 8]))
        received.writeBytes([9, 10])
        #expect(try decoder.nextFrame(in: &received) == buffer([8, 9, 10]))
    }

    @Test func `payloads can be read in place, and their length is known before they have come`() throws {
        let received: [UInt8] = [0, 0, 0, 1, 5] + longHeader(2) + [6, 7] + [0, 0, 0, 9, 8, 8, 8, 8, 8]
        func payload(at offset: Int, of count: Int) throws -> Range<Int>? {
            try received[..<count].withUnsafeBytes { try FrameDecoder().payload(in: $0, at: offset) }
        }
        #expect(try payload(at: 0, of: 28) == 4..<5)
        #expect(try payload(at: 5, of: 28) == 17..<19)
        #expect(try payload(at: 5, of: 16) == nil)
        #expect(try payload(at: 19, of: 28) == 23..<32)
        #expect(try payload(at: 19, of: 22) == nil)
        #expect(try payload(at: 28, of: 28) == nil)
    }

    @Test func `the 8-byte form is read for a small length, as CPython 3.8 and later do`() throws {
        for length in [0, 1, 3] {
            var received = buffer(longHeader(UInt64(length)) + Array(repeating: 4, count: length))
            #expect(try FrameDecoder().nextFrame(in: &received) == buffer(Array(repeating: 4, count: length)))
        }
    }

    @Test(arguments: [-2, -3, -65536, Int32.min])
    func `another negative length is an empty message, as in CPython`(length: Int32) throws {
        var received = ByteBuffer(integer: length)
        received.writeBytes([0, 0, 0, 1, 9])
        #expect(try FrameDecoder().nextFrame(in: &received) == buffer([]))
        #expect(try FrameDecoder().nextFrame(in: &received) == buffer([9]))
    }

    @Test(arguments: [UInt64(0x7fff_ffff), 0x8000_0000, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, .max])
    func `a length above the maximum is refused by its header alone`(length: UInt64) {
        var received = buffer(longHeader(length))
        let error = #expect(throws: FrameError.self) { try FrameDecoder(maximumLength: 1 << 30).nextFrame(in: &received) }
        #expect(error?.length == length)
        #expect(error?.maximum == 1 << 30)
    }

    @Test func `the maximum itself is admitted, in both forms`() throws {
        let decoder = FrameDecoder(maximumLength: Authentication.maximumMessageLength)
        for form in [header(256), longHeader(256)] {
            var received = buffer(form + Array(repeating: 1, count: 256))
            #expect(try decoder.nextFrame(in: &received)?.readableBytes == 256)
        }
        for form in [header(257), longHeader(257)] {
            var received = buffer(form)
            #expect(throws: FrameError.self) { try decoder.nextFrame(in: &received) }
        }
    }

    @Test func `a decoder that admits 2^31-1 bytes waits for them`() throws {
        var received = buffer(header(0x7fff_ffff) + [1])
        #expect(try FrameDecoder(maximumLength: .max).nextFrame(in: &received) == nil)
        received = buffer(header(0x7fff_ffff))
        #expect(throws: FrameError.self) { try FrameDecoder().nextFrame(in: &received) }
        received = buffer(longHeader(0x8000_0000))
        #expect(throws: FrameError.self) { try FrameDecoder(maximumLength: .max).nextFrame(in: &received) }
    }

    @Test func `a negative maximum admits only empty frames`() throws {
        var received = buffer([0, 0, 0, 0, 0, 0, 0, 1])
        #expect(try FrameDecoder(maximumLength: -5).nextFrame(in: &received) == buffer([]))
        #expect(throws: FrameError.self) { try FrameDecoder(maximumLength: -5).nextFrame(in: &received) }
    }
}
