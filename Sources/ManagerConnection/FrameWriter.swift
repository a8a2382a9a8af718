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
    /// - Parameter length: the payload's length in bytes, not negative.
    @inlinable
    public mutating func writeFrameHeader(length: Int) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: FrameHeader.greatestCount) { FrameHeader.write(length: length, to: $0) }
    }
}

/// What stands before a frame's payload.
public enum FrameHeader {
    /// The bytes of the longer form.
    public static let greatestCount = 12

    /// Writes a header into memory that has room for it.
    ///
    /// The 4-byte form is used whenever it can express the length: CPython 3.7 and earlier read no other.
    ///
    /// - Parameters:
    ///   - length: the payload's length in bytes, not negative.
    ///   - memory: where it is written, from its start on.
    /// - Returns: how many bytes were written.
    @inlinable
    public static func write(length: Int, to memory: UnsafeMutableRawBufferPointer) -> Int {
        guard let short = Int32(exactly: length) else {
            memory.storeBytes(of: -1, as: Int32.self)
            memory.storeBytes(of: UInt64(length).bigEndian, toByteOffset: 4, as: UInt64.self)
            return 12
        }
        memory.storeBytes(of: short.bigEndian, as: Int32.self)
        return 4
    }
}
