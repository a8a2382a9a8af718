import ManagerConnection
import NIOCore

/// The first bytes say how long a frame may be and where the stream is split; the others are the stream. The same frames are found, and the same error,
/// however the bytes come.
func fuzzFrames(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
    var input = FuzzBytes(bytes)
    let decoder = FrameDecoder(maximumLength: input.element(of: [1 << 30, 256, 4, 0, -1, .max]))
    let splits = input.countedBytes().map { Int($0) + 1 }
    let stream = input.remaining()
    let whole = frames(of: [stream], decoder)
    try expect(frames(of: pieces(of: stream, splits), decoder) == whole, "split, the stream has other frames")
    try expect(frames(of: stream.map { [$0] }, decoder) == whole, "byte by byte, the stream has other frames")
    for frame in whole.frames { try expect(frame.count <= decoder.maximumLength, "a frame of \(frame.count) bytes is admitted") }
    try writeAgain(whole.frames)
}

private struct Decoded: Equatable {
    var frames: [[UInt8]] = []
    var error: FrameError?
    /// Bytes of a frame that has not come whole.
    var left = 0
}

private func frames(of pieces: [[UInt8]], _ decoder: FrameDecoder) -> Decoded {
    var decoded = Decoded()
    var buffer = ByteBuffer()
    do throws(FrameError) {
        for piece in pieces {
            buffer.writeBytes(piece)
            while let frame = try decoder.nextFrame(in: &buffer) { decoded.frames.append(Array(frame.readableBytesView)) }
        }
        decoded.left = buffer.readableBytes
    } catch {
        decoded.error = error
    }
    return decoded
}

private func pieces(of stream: [UInt8], _ splits: [Int]) -> [[UInt8]] {
    var rest = stream[...]
    var pieces: [[UInt8]] = []
    for split in splits {
        pieces.append(Array(rest.prefix(split)))
        rest = rest.dropFirst(split)
    }
    return pieces + [Array(rest)]
}

/// What is written in either way is what was read.
private func writeAgain(_ frames: [[UInt8]]) throws(Finding) {
    var (bytes, buffers) = (ByteBuffer(), ByteBuffer())
    for frame in frames {
        bytes.writeFrame(frame)
        buffers.writeFrame(ByteBuffer(bytes: frame))
    }
    try expect(bytes == buffers, "the two ways of writing frames differ")
    let again = Decoded(frames: frames)
    try expect(decoded(bytes) == again, "the frames that were written are others")
}

private func decoded(_ buffer: ByteBuffer) -> Decoded { frames(of: [Array(buffer.readableBytesView)], FrameDecoder()) }
