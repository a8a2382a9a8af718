import Multiprocessing
import NIOCore

/// Finding and writing frames.
extension Part {
    static let frames = [
        Part("frame: find one of 16", callsPerRound: 16) {
            let decoder = FrameDecoder()
            var buffer = ByteBuffer()
            for _ in 0..<16 { buffer.writeFrame(SampleValues.request) }
            try expect(try count(buffer, decoder) == 16, "the frames are not found")
            return { rounds in
                for _ in 0..<rounds { keep(try count(buffer, decoder)) }
            }
        },
        Part("frame: write one of 16", callsPerRound: 16) {
            let payload = ByteBuffer(repeating: 0x78, count: 64)
            var buffer = ByteBuffer()
            write(16, payload, &buffer)
            try expect(buffer.readableBytes == 16 * 68, "the frames are not as long as they should be")
            return { rounds in
                for _ in 0..<rounds {
                    buffer.clear()
                    write(16, payload, &buffer)
                }
                keep(buffer.readableBytes)
            }
        },
    ]

    /// As a connection's handler does: in place.
    private static func count(_ buffer: ByteBuffer, _ decoder: FrameDecoder) throws -> Int {
        try buffer.withUnsafeReadableBytes { bytes in
            var (offset, count) = (0, 0)
            while let payload = try decoder.payload(in: bytes, at: offset), payload.upperBound <= bytes.count {
                offset = payload.upperBound
                count += 1
            }
            return count
        }
    }

    private static func write(_ count: Int, _ payload: ByteBuffer, _ buffer: inout ByteBuffer) {
        for _ in 0..<count { buffer.writeFrame(payload) }
    }
}
