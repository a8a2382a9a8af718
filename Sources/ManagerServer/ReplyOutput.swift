import ManagerConnection
import NIOCore
import Pickle

/// Replies on their way to the peer: bytes, and between them large values, which stay where they are stored until the peer takes them.
struct ReplyOutput {
    /// A value that is to be sent between the bytes.
    private struct LargeValue {
        /// Which of the bytes it stands before.
        let position: Int
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
    private static let allocator = ByteBufferAllocator()

    var count: Int { bytes.readableBytes + largeCount }

    /// Writes a frame.
    ///
    /// - Parameters:
    ///   - header: what stands before the reply, if anything does.
    ///   - version: the protocol that the peer reads.
    mutating func writeFrame(_ header: MultiplexedFrame.ReplyHeader?, _ reply: PickledReply, at version: PickleProtocol) {
        let result = reply.result
        guard result.isReadable(at: version) else { return writeFrame(header, reply.readable(at: version), at: version) }
        let (opening, body) = (reply.opening(at: version), result.body)
        let (count, isLarge) = (body.count, body.count >= Self.leastLargeCount)
        let length = (header == nil ? 0 : MultiplexedFrame.headerLength) + opening.count + count + MemoryLayout.size(ofValue: PickledReply.closing)
        let start = bytes.writerIndex
        var position = 0
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: FrameHeader.greatestCount + length - (isLarge ? count : 0)) { memory in
            var end = FrameHeader.write(length: length, to: memory)
            if let header { end = header.write(to: memory, at: end) }
            end = opening.copy(to: memory, at: end)
            position = end
            if !isLarge { end = body.copy(to: memory, at: end) }
            memory.storeBytes(of: PickledReply.closing, toByteOffset: end, as: (UInt8, UInt8).self)
            return end + MemoryLayout.size(ofValue: PickledReply.closing)
        }
        guard isLarge else { return }
        large.append(LargeValue(position: start + position, body: body))
        largeCount += count
    }

    /// Writes a frame that is no more than a header.
    mutating func writeFrame(_ header: MultiplexedFrame.ReplyHeader) {
        bytes.writeFrameHeader(length: MultiplexedFrame.headerLength)
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: MultiplexedFrame.headerLength) { header.write(to: $0, at: 0) }
    }
}

// MARK: - Sending

extension ReplyOutput {
    /// Takes out what is to be sent next: all there is, or what comes before a large value, or a piece of one.
    ///
    /// - Returns: `nil` when there is nothing.
    mutating func next() -> ByteBuffer? {
        guard let first = large.first else { return rest() }
        if first.position > bytes.readerIndex { return bytes.readSlice(length: first.position - bytes.readerIndex) }
        let piece = first.body.withUnsafeBytes { body in
            var piece = Self.allocator.buffer(capacity: Self.pieceCount)
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
        while !large.isEmpty, let piece = next() { output.writeImmutableBuffer(piece) }
        output.writeImmutableBuffer(bytes)
        bytes.clear()
    }

    private mutating func rest() -> ByteBuffer? {
        guard bytes.readableBytes > 0 else { return nil }
        defer { bytes = Self.allocator.buffer(capacity: 512) }
        return bytes
    }
}
