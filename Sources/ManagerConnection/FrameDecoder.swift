public import NIOCore

/// Finds the frames in the bytes of a connection. CPython's `Connection._recv_bytes`.
///
/// A frame is its length and that many bytes. The length is 4 bytes, signed and big-endian; or −1 and then 8 bytes,
/// unsigned and big-endian, which CPython 3.8 and later use above 2³¹−1 and read for any length.
public struct FrameDecoder: Sendable {
    /// The longest payload that any decoder admits, in bytes: 2³¹−1, so that it fits a `ByteBuffer` with its header.
    public static let greatestMaximumLength = 0x7fff_ffff

    /// The longest payload that is admitted, in bytes; it may be changed between frames.
    public var maximumLength: Int {
        didSet { maximumLength = Self.clamp(maximumLength) }
    }

    /// A decoder that admits payloads up to `maximumLength` bytes, 1 GiB unless told otherwise.
    ///
    /// Use ``Authentication/maximumMessageLength`` until the peer has proved itself.
    public init(maximumLength: Int = 1 << 30) {
        self.maximumLength = Self.clamp(maximumLength)
    }

    private static func clamp(_ length: Int) -> Int { min(max(length, 0), greatestMaximumLength) }

    /// Takes the next frame from the front of `buffer`, if all of it is there.
    ///
    /// - Parameter buffer: what was received and not read yet. It is unchanged when no frame is complete.
    /// - Returns: the payload, which shares the buffer's memory; `nil` when bytes are missing.
    /// - Throws: ``FrameError`` when the length is above the maximum, as soon as the header is there: nothing was waited
    ///   for nor allocated. The stream cannot be read further.
    public func nextFrame(in buffer: inout ByteBuffer) throws(FrameError) -> ByteBuffer? {
        let whole = try buffer.withUnsafeReadableBytes { (bytes) throws(FrameError) -> Range<Int>? in
            try payload(in: bytes, at: 0).flatMap { $0.upperBound <= bytes.count ? $0 : nil }
        }
        guard let whole else { return nil }
        buffer.moveReaderIndex(forwardBy: whole.lowerBound)
        return buffer.readSlice(length: whole.count)
    }

    /// Where the payload of the frame that begins at `offset` lies or will lie, as soon as its header is there.
    ///
    /// For reading payloads in place; the next frame begins at the range's upper bound.
    ///
    /// - Parameters:
    ///   - bytes: what was received.
    ///   - offset: one of `bytes`, or their end.
    /// - Returns: the payload's place in `bytes`, of which the upper bound may be beyond what has come; `nil` when bytes of the header are missing.
    /// - Throws: ``FrameError`` as ``nextFrame(in:)`` does.
    @inlinable
    public func payload(in bytes: UnsafeRawBufferPointer, at offset: Int) throws(FrameError) -> Range<Int>? {
        guard bytes.count - offset >= 4 else { return nil }
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        guard length >= 0, length <= maximumLength else { return try unusualPayload(length: length, in: bytes, at: offset + 4) }
        return offset + 4 ..< offset + 4 + length
    }

    /// A header that is not a plain length within the limit: the 8-byte form, a negative or an excessive length.
    @usableFromInline
    func unusualPayload(length: Int, in bytes: UnsafeRawBufferPointer, at offset: Int) throws(FrameError) -> Range<Int>? {
        // CPython reads nothing for a negative length other than −1, which gives an empty message.
        if length < -1 { return offset..<offset }
        if length >= 0 { throw FrameError(length: UInt64(length), maximum: maximumLength) }
        guard bytes.count - offset >= 8 else { return nil }
        let long = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        guard long <= UInt64(maximumLength) else { throw FrameError(length: long, maximum: maximumLength) }
        return offset + 8 ..< offset + 8 + Int(long)
    }
}

/// A frame that is longer than may be received or sent.
public struct FrameError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The payload's length in bytes.
    public let length: UInt64
    /// The longest payload that is admitted, in bytes.
    public let maximum: Int

    /// Gives both lengths.
    public var description: String { "a message of \(length) bytes is longer than the \(maximum) bytes that are allowed" }
}
