public import NIOCore

extension ByteBuffer {
    /// Writes `payload` as one frame. CPython's `Connection._send_bytes`.
    @inlinable
    public mutating func writeFrame(_ payload: some Collection<UInt8>) {
        writeFrameHeader(length: payload.count)
        writeBytes(payload)
    }

    /// Writes the readable bytes of `payload` as one frame.
    @inlinable
    public mutating func writeFrame(_ payload: ByteBuffer) {
        writeFrameHeader(length: payload.readableBytes)
        writeImmutableBuffer(payload)
    }

    /// Writes the header of a frame whose payload the caller sends after it.
    ///
    /// The 4-byte form is used whenever it can express the length: CPython 3.7 and earlier read no other.
    ///
    /// - Parameter length: the payload's length in bytes, not negative.
    @inlinable
    public mutating func writeFrameHeader(length: Int) {
        if let short = Int32(exactly: length) {
            writeInteger(short)
        } else {
            writeInteger(Int32(-1))
            writeInteger(UInt64(length))
        }
    }

    /// Writes one frame whose payload is what `body` writes, without knowing its length before.
    ///
    /// - Parameter body: appends the payload to the buffer that it is given, which is this one.
    /// - Throws: what `body` throws; the buffer is then as it was before.
    /// - Returns: what `body` returns.
    @inlinable
    public mutating func writeFrame<Result, Failure>(
        _ body: (inout ByteBuffer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let mark = beginFrame()
        do {
            let result = try body(&self)
            endFrame(mark)
            return result
        } catch {
            cancelFrame(mark)
            throw error
        }
    }

    /// Leaves room for a frame's header; ``endFrame(_:)`` fills it in once the payload has been written.
    @inlinable
    public mutating func beginFrame() -> FrameMark {
        let mark = FrameMark(index: writerIndex)
        writeInteger(Int32(0))
        return mark
    }

    /// Ends the frame that began at `mark`: everything written since is its payload.
    ///
    /// - Parameter others: how many bytes of the payload the caller sends in between from elsewhere.
    /// - Returns: how many bytes what was written since has been moved by, to make room for a long header.
    @inlinable
    @discardableResult
    public mutating func endFrame(_ mark: FrameMark, besides others: Int = 0) -> Int {
        let length = writerIndex - mark.index - 4 + others
        if let short = Int32(exactly: length) {
            setInteger(short, at: mark.index)
            return 0
        }
        lengthenHeader(at: mark.index, length: length)
        return 8
    }

    /// Takes back everything written since the frame began at `mark`.
    @inlinable
    public mutating func cancelFrame(_ mark: FrameMark) {
        moveWriterIndex(to: mark.index)
    }

    /// Moves the payload of a frame of 2 GiB or more to make room for the 12-byte header.
    @usableFromInline
    mutating func lengthenHeader(at index: Int, length: Int) {
        let payload = getSlice(at: index + 4, length: writerIndex - index - 4)
        moveWriterIndex(to: index)
        writeFrameHeader(length: length)
        if let payload { writeImmutableBuffer(payload) }
    }
}

/// Where a frame began whose length is not known yet.
public struct FrameMark: Sendable {
    /// The index of its header.
    public let index: Int

    @usableFromInline init(index: Int) {
        self.index = index
    }
}
