import ManagerConnection
import NIOCore

/// Bytes of one frame, valid during the call to which they are given.
struct FrameBytes {
    let bytes: UnsafeRawBufferPointer
    /// What holds these bytes, when they may be kept.
    let storage: ArraySlice<UInt8>?
    /// Whether only the beginning is there: the rest was thrown away, since there was no room for it.
    var isAbandoned = false

    func dropFirst(_ count: Int) -> FrameBytes {
        FrameBytes(bytes: UnsafeRawBufferPointer(rebasing: bytes[count...]), storage: storage?.dropFirst(count), isAbandoned: isAbandoned)
    }
}

/// The bytes of a connection that have come and have not been served, as frames.
///
/// A large frame is gathered in memory of its own, so that values in it can stay where they are.
struct FrameInput {
    private var bytes = ByteBuffer()
    private var large: LargeFrame?

    /// How many bytes have come that are not served yet.
    var count: Int { bytes.readableBytes + (large?.payload.count ?? 0) }

    /// Whether no frame has begun.
    var isEmpty: Bool { bytes.readableBytes == 0 && large == nil }

    /// Whether a large frame is on its way, and its bytes are kept.
    var isGathering: Bool { large.map { !$0.isAbandoned } ?? false }

    /// Throws the frame away that is on its way, with what is still to come of it. It is served when it has ended, without its bytes.
    mutating func abandonLargeFrame() { large?.abandon() }

    mutating func append(_ received: ByteBuffer) {
        var received = received
        large?.fill(from: &received)
        guard received.readableBytes > 0 else { return }
        if bytes.readableBytes == 0 { bytes = received } else { bytes.writeBuffer(&received) }
    }

    /// Gives the next frame to the body.
    ///
    /// - Returns: `false` when no frame is whole.
    /// - Throws: ``FrameError`` as ``FrameDecoder/nextFrame(in:)`` does.
    mutating func serveNext(_ decoder: FrameDecoder, _ body: (FrameBytes) -> Void) throws(FrameError) -> Bool {
        if large != nil { return serveLarge(body) }
        guard let payload = try decoder.payload(in: bytes, at: bytes.readerIndex) else { return false }
        guard payload.upperBound <= bytes.writerIndex else {
            if payload.count >= LargeFrame.minimumLength {
                bytes.moveReaderIndex(to: payload.lowerBound)
                large = LargeFrame(length: payload.count, from: &bytes)
            }
            return false
        }
        bytes.withUnsafeReadableBytes { all in
            let start = payload.lowerBound - bytes.readerIndex
            body(FrameBytes(bytes: UnsafeRawBufferPointer(rebasing: all[start..<start + payload.count]), storage: nil))
        }
        bytes.moveReaderIndex(to: payload.upperBound)
        return true
    }

    private mutating func serveLarge(_ body: (FrameBytes) -> Void) -> Bool {
        guard let frame = large, frame.isWhole else { return false }
        large = nil
        frame.payload.withUnsafeBytes { body(FrameBytes(bytes: $0, storage: frame.payload[...], isAbandoned: frame.isAbandoned)) }
        return true
    }
}

/// A frame of which more is to come.
private struct LargeFrame {
    /// The shortest payload that is worth memory of its own, in bytes: above what one read brings.
    static let minimumLength = 1 << 17
    /// How much of an abandoned frame is kept, in bytes: enough to tell what it was.
    private static let beginning = 64

    private let length: Int
    private var receivedCount = 0
    private(set) var payload: [UInt8] = []
    private(set) var isAbandoned = false

    /// - Parameter bytes: where the payload begins; what there is of it is taken out.
    init(length: Int, from bytes: inout ByteBuffer) {
        self.length = length
        // Address space, not memory: a peer that only announces a frame costs nothing.
        payload.reserveCapacity(length)
        fill(from: &bytes)
    }

    var isWhole: Bool { receivedCount == length }

    mutating func fill(from bytes: inout ByteBuffer) {
        let count = min(length - receivedCount, bytes.readableBytes)
        receivedCount += count
        bytes.readWithUnsafeReadableBytes { received in
            let kept = isAbandoned ? min(count, Self.beginning - payload.count) : count
            payload.append(contentsOf: UnsafeRawBufferPointer(rebasing: received[..<kept]))
            return count
        }
    }

    mutating func abandon() {
        guard !isAbandoned else { return }
        isAbandoned = true
        payload = Array(payload.prefix(Self.beginning))
    }
}
