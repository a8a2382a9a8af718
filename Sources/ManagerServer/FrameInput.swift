import ManagerConnection
import NIOCore

/// Bytes of one frame, valid during the call to which they are given.
struct FrameBytes {
    let bytes: UnsafeRawBufferPointer
    /// What holds a large frame's bytes, of which these are the last.
    private let large: LargePayload?

    init(_ bytes: UnsafeRawBufferPointer, of large: LargePayload? = nil) {
        self.bytes = bytes
        self.large = large
    }

    /// The same bytes where they may be kept; `nil` for those of a small frame.
    var storage: ArraySlice<UInt8>? { large?.bytes.suffix(bytes.count) }

    /// Whether only the beginning is there: the rest was thrown away, since there was no room for it.
    var isAbandoned: Bool { large?.isAbandoned ?? false }

    func dropFirst(_ count: Int) -> FrameBytes { FrameBytes(UnsafeRawBufferPointer(rebasing: bytes[count...]), of: large) }
}

/// The bytes of a large frame, as far as they are there.
final class LargePayload: Sendable {
    let bytes: [UInt8]
    let isAbandoned: Bool

    init(_ bytes: [UInt8], isAbandoned: Bool) {
        self.bytes = bytes
        self.isAbandoned = isAbandoned
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

    /// Gives the frames that are whole to the body, one after the other.
    ///
    /// - Parameter body: returns something when it wants no more for now.
    /// - Returns: what the body returned; `nil` when no frame is left that is whole.
    /// - Throws: ``FrameError`` as ``FrameDecoder/payload(in:at:)`` does.
    mutating func serve<Event>(_ decoder: FrameDecoder, _ body: (FrameBytes) -> Event?) throws(FrameError) -> Event? {
        if large != nil, let event = serveLarge(body) { return event }
        guard large == nil else { return nil }
        var offset = 0
        var unfinished: Range<Int>?
        // The bytes are taken once for all frames: each time, it would be checked that nobody else changes them.
        let event = try bytes.withUnsafeReadableBytes { (all) throws(FrameError) -> Event? in
            while let payload = try decoder.payload(in: all, at: offset) {
                guard payload.upperBound <= all.count else {
                    unfinished = payload
                    return nil
                }
                offset = payload.upperBound
                if let event = body(FrameBytes(UnsafeRawBufferPointer(rebasing: all[payload]))) { return event }
            }
            return nil
        }
        if let unfinished, unfinished.count >= LargeFrame.minimumLength {
            bytes.moveReaderIndex(forwardBy: unfinished.lowerBound)
            large = LargeFrame(length: unfinished.count, from: &bytes)
        } else {
            bytes.moveReaderIndex(forwardBy: offset)
        }
        return event
    }

    private mutating func serveLarge<Event>(_ body: (FrameBytes) -> Event?) -> Event? {
        guard let frame = large, frame.isWhole else { return nil }
        large = nil
        let payload = LargePayload(frame.payload, isAbandoned: frame.isAbandoned)
        return payload.bytes.withUnsafeBytes { body(FrameBytes($0, of: payload)) }
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
