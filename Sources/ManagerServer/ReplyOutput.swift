import ManagerConnection
import NIOCore
import Pickle

/// Replies on their way to the peer: bytes, and between them large values, which stay where they are stored until the peer takes them.
struct ReplyOutput {
    /// A value that is to be sent between the bytes.
    private struct LargeValue {
        /// Which of the bytes it stands before.
        var position: Int
        let body: SmallBytes
        /// How much of it has been sent.
        var sent = 0
    }

    /// What is small, headers of frames included.
    var bytes = ByteBuffer()
    private var large: [LargeValue] = []
    /// How many bytes of large values have not been sent.
    private var largeCount = 0

    /// The shortest value that is not copied among the bytes.
    private static let leastLargeCount = 1 << 16
    /// How many bytes of a large value are sent at a time.
    private static let pieceCount = 1 << 18

    var count: Int { bytes.readableBytes + largeCount }

    /// Writes a value's opcodes between others.
    mutating func write(_ opening: SmallBytes, _ body: SmallBytes, _ closing: SmallBytes) {
        let isLarge = body.count >= Self.leastLargeCount
        if isLarge {
            large.append(LargeValue(position: bytes.writerIndex + opening.count, body: body))
            largeCount += body.count
        }
        let count = opening.count + (isLarge ? 0 : body.count) + closing.count
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            var end = opening.copy(to: target, at: 0)
            if !isLarge { end = body.copy(to: target, at: end) }
            return closing.copy(to: target, at: end)
        }
    }
}

// MARK: - Frames

extension ReplyOutput {
    /// A frame that has begun.
    struct BegunFrame {
        fileprivate let mark: FrameMark
        fileprivate let largeCount: Int
    }

    mutating func beginFrame() -> BegunFrame {
        BegunFrame(mark: bytes.beginFrame(), largeCount: largeCount)
    }

    /// Ends the frame: everything written since it began is its payload.
    mutating func endFrame(_ frame: BegunFrame) {
        let shift = bytes.endFrame(frame.mark, besides: largeCount - frame.largeCount)
        guard shift > 0 else { return }
        for index in large.indices.reversed() where large[index].position > frame.mark.index { large[index].position += shift }
    }

    /// Takes back the frame, in which there is no large value.
    mutating func cancelFrame(_ frame: BegunFrame) { bytes.cancelFrame(frame.mark) }
}

// MARK: - Sending

extension ReplyOutput {
    /// Takes out what is to be sent next: all there is, or what comes before a large value, or a piece of one.
    ///
    /// - Returns: `nil` when there is nothing.
    mutating func next(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        guard let first = large.first else { return rest(allocator) }
        if first.position > bytes.readerIndex { return bytes.readSlice(length: first.position - bytes.readerIndex) }
        let piece = first.body.withUnsafeBytes { body in
            var piece = allocator.buffer(capacity: Self.pieceCount)
            piece.writeBytes(body[first.sent..<min(first.sent + Self.pieceCount, body.count)])
            return piece
        }
        largeCount -= piece.readableBytes
        large[0].sent += piece.readableBytes
        if large[0].sent == first.body.count { large.removeFirst() }
        return piece
    }

    /// Writes all there is behind what is in a buffer.
    mutating func move(to output: inout ByteBuffer) {
        while !large.isEmpty, let piece = next(ByteBufferAllocator()) { output.writeImmutableBuffer(piece) }
        output.writeImmutableBuffer(bytes)
        bytes.clear()
    }

    private mutating func rest(_ allocator: ByteBufferAllocator) -> ByteBuffer? {
        guard bytes.readableBytes > 0 else { return nil }
        defer { bytes = allocator.buffer(capacity: 512) }
        return bytes
    }
}
