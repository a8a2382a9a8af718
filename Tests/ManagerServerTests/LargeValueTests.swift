import ManagerConnection
@testable import ManagerServer
import NIOCore
@testable import Pickle
import Testing

/// Large values are received once and sent from where they are stored.
struct LargeValueTests {
    private static func payload(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ count) } }

    private static let lengths = [10, 200_000, 1 << 17, 5, 0, 300_000, 300_001, 1]

    @Test(arguments: [3, 4, 7, 1_000, 65_536, 131_076, 1_000_000])
    func `Frames come out as they went in, however their bytes come`(_ piece: Int) throws {
        var stream = ByteBuffer()
        for length in Self.lengths { stream.writeFrame(Self.payload(length)) }
        var (input, served, kept) = (FrameInput(), [[UInt8]](), [Bool]())
        while stream.readableBytes > 0 {
            guard let bytes = stream.readSlice(length: min(piece, stream.readableBytes)) else { break }
            input.append(bytes)
            let event: Void? = try input.serve(FrameDecoder()) { frame in
                served.append(Array(frame.bytes))
                if let storage = frame.storage { #expect(Array(storage) == served.last) }
                kept.append(frame.storage != nil)
                return nil
            }
            #expect(event == nil)
        }
        #expect(input.isEmpty)
        #expect(served == Self.lengths.map(Self.payload))
        if piece <= 65_536 { #expect(kept == Self.lengths.map { $0 >= 1 << 17 }) }
    }

    @Test func `A frame that is announced and does not come takes no memory`() throws {
        var input = FrameInput()
        var header = ByteBuffer()
        header.writeFrameHeader(length: 1 << 30)
        input.append(header)
        #expect(try input.serve(FrameDecoder(maximumLength: 1 << 30)) { $0.bytes.count } == nil)
        #expect(!input.isEmpty)
        #expect(input.count == 0)
    }

    @Test(arguments: [3, 4, 60, 65_536, 1_000_000])
    func `An abandoned frame is served without its bytes, and those around it are whole`(_ piece: Int) throws {
        var stream = ByteBuffer()
        let lengths = [10, 2_000_000, 5]
        for length in lengths { stream.writeFrame(Self.payload(length)) }
        var (input, served, abandoned) = (FrameInput(), [[UInt8]](), [Bool]())
        while let bytes = stream.readSlice(length: min(piece, stream.readableBytes)), bytes.readableBytes > 0 {
            input.append(bytes)
            if input.isGathering {
                input.abandonLargeFrame()
                #expect(input.count < 200)
            }
            // One at a time.
            while let frame = try input.serve(FrameDecoder(), { (Array($0.bytes), $0.dropFirst(1).isAbandoned) }) {
                served.append(frame.0)
                abandoned.append(frame.1)
            }
        }
        #expect(input.isEmpty)
        #expect(abandoned == [false, true, false])
        #expect(served == [Self.payload(10), Array(Self.payload(2_000_000).prefix(64)), Self.payload(5)])
    }

    @Test func `Large values are sent in their places between small ones, also when more is written meanwhile`() throws {
        var (output, expected, sent) = (ReplyOutput(), ByteBuffer(), ByteBuffer())
        func write(_ count: Int) {
            let text = String(repeating: "x", count: count)
            let reply = PickledReply.value(Fragment(text: text, at: .v4))
            let pickle = reply.opening(at: .v4).array + reply.result.body.array + [0x86, 0x2e]
            #expect((try? Unpickler().load(pickle)) == .tuple(["#RETURN", .string(text)]))
            output.writeFrame(nil, reply, at: .v4)
            expected.writeFrame(pickle)
            output.writeFrame(MultiplexedFrame.ReplyHeader(number: 258, flags: .isKept), reply, at: .v4)
            expected.writeFrame([2, 1, 0, 0, 0, 0, 0, 0, 1] + pickle)
            output.writeFrame(MultiplexedFrame.ReplyHeader(number: 259, flags: .isCancelled))
            expected.writeFrame([3, 1, 0, 0, 0, 0, 0, 0, 2])
        }
        for count in [5, 1 << 16, 20, 1_000_000, 100_000] { write(count) }
        for count in [7, 90_000, 8] {
            for _ in 0..<3 { if let piece = output.next() { sent.writeImmutableBuffer(piece) } }
            write(count)
        }
        #expect(output.count == expected.readableBytes - sent.readableBytes)
        while let piece = output.next() {
            #expect(piece.readableBytes <= 1 << 18)
            sent.writeImmutableBuffer(piece)
        }
        #expect(output.count == 0)
        #expect(sent == expected)
    }

    @Test func `A large value stays in the memory in which it came, and a small one does not keep it`() throws {
        let large: PickleValue = .bytes(Self.payload(500_000))
        let request = try Pickler(.v4).dump(.tuple(["id", "put", .tuple([large, "small"]), [:]]))
        try request.withUnsafeBytes { bytes in
            var scanner = PickleScanner()
            let root = try #require(try scanner.scan(bytes))
            let arguments = try #require(scanner.element(2, of: root))
            let cut = (0..<2).map { scanner.element($0, of: arguments).flatMap { scanner.fragment($0, of: bytes, in: request[...]) } }
            let fragments = try cut.map { try #require($0) }
            #expect(try fragments[0].value() == large)
            #expect(try fragments[1].value() == "small")
            let starts = fragments.map { $0.body.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }
            let whole = UInt(bitPattern: bytes.baseAddress)..<UInt(bitPattern: bytes.baseAddress) + UInt(bytes.count)
            #expect(whole.contains(starts[0]))
            #expect(!whole.contains(starts[1]))
        }
    }

    @Test func `A peer that asks for many large values and reads later gets each of them, in order`() async throws {
        try await withServer { server in
            let peer = try RawPeer.session(server)
            let queue = try RawPeer.create(server, "Queue")
            let values = (1...12).map { PickleValue.bytes(Self.payload(100_000 * $0)) }
            for value in values { #expect(try peer.request(queue, "put", value).kind == "#RETURN") }
            let get = try Pickler(.v4).dump(.tuple([.string(queue), "get", .tuple([]), [:]]))
            for _ in values { peer.sendFrame(get) }
            // Another peer is served while nothing is read.
            let other = try RawPeer.session(server)
            #expect(try other.request(queue, "empty").kind == "#RETURN")
            for value in values { #expect(try peer.reply().result == value) }
            #expect(try peer.request(queue, "qsize").result == 0)
        }
    }
}
