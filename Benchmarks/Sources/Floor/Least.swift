import ArgumentParser
import Glibc
import Logging
@_spi(Parts) import ManagerServer
import Multiprocessing
import NIOCore
import NIOPosix
import Synchronization

/// A server that does for four calls the least that there is to be done: what a manager's server on SwiftNIO can reach at most, whatever else it is.
struct Least: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves d[k], d[k] = v, append and pop with the least that these take, of one dict and one list.",
        discussion: "It knows no sessions, limits, versions of Python or errors. All other requests are served as ever.")

    @Option(help: "Where the unix socket is made.") var path: String
    @Option(help: "How many threads serve connections.") var threads = 1
    @Option(help: "What clients must know.") var authkey = "abc"

    func run() throws {
        let configuration = ServerConfiguration(address: .unix(path), authkey: AuthenticationKey(authkey))
        let server = SocketlessServer(.standard, configuration: configuration, logger: Logger(label: "least"))
        let place = LeastPlace()
        let channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: threads))
            .childChannelInitializer { channel in
                server.accept(channel).flatMapThrowing { try channel.pipeline.syncOperations.addHandler(LeastCalls(place), position: .first) }
            }
            .bind(unixDomainSocketPath: path).wait()
        print("listening on \(path)")
        fflush(nil)
        try channel.closeFuture.wait()
    }
}

/// Where the values are as long as somebody refers to them: a manager's objects may go while others look for them.
private final class LeastPlace: Sendable {
    private let held = Mutex<LeastValues?>(LeastValues())

    var values: LeastValues? { held.withLock { $0 } }
}

private final class LeastValues: Sendable {
    let dictionary = Mutex<[SmallBytes: SmallBytes]>([:])
    let list = Mutex<[SmallBytes]>([])
}

/// Answers the calls that it knows, and gives everything else to the server behind it.
private final class LeastCalls: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Method: String, CaseIterable {
        case get = "__getitem__", set = "__setitem__", append, pop
    }

    private let place: LeastPlace
    private var pending = ByteBuffer()
    /// The opcodes that have named object and method.
    private var targets: [(opcodes: [UInt8], method: Method)] = []

    private let none = SmallBytes([0x4e])
    private let opening = SmallBytes([0x80, 4, 0x8c, 7] + Array("#RETURN".utf8))

    init(_ place: LeastPlace) { self.place = place }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var received = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = received } else { pending.writeBuffer(&received) }
        var output = ByteBuffer()
        var others: [Range<Int>] = []
        let served = pending.withUnsafeReadableBytes { bytes in
            var offset = 0
            while let payload = try? FrameDecoder().payload(in: bytes, at: offset), payload.upperBound <= bytes.count {
                if !serve(UnsafeRawBufferPointer(rebasing: bytes[payload]), &output) { others.append(offset..<payload.upperBound) }
                offset = payload.upperBound
            }
            return offset
        }
        for frame in others { pending.getSlice(at: pending.readerIndex + frame.lowerBound, length: frame.count).map { context.fireChannelRead(wrapInboundOut($0)) } }
        pending.moveReaderIndex(forwardBy: served)
        if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
    }

    private func serve(_ bytes: UnsafeRawBufferPointer, _ output: inout ByteBuffer) -> Bool {
        guard let call = PlainCall(bytes), let method = method(UnsafeRawBufferPointer(rebasing: bytes[call.target])), let values = place.values
        else { return false }
        func argument(_ number: Int) -> SmallBytes { SmallBytes(UnsafeRawBufferPointer(rebasing: bytes[call.arguments[number]])) }
        switch method {
        case .get:
            let key = argument(0)
            guard let value = values.dictionary.withLock({ $0[key] }) else { return false }
            write(value, &output)
        case .set:
            let (key, value) = (argument(0), argument(1))
            values.dictionary.withLock { $0[key] = value }
            write(none, &output)
        case .append:
            let value = argument(0)
            values.list.withLock { $0.append(value) }
            write(none, &output)
        case .pop:
            guard let value = values.list.withLock({ $0.popLast() }) else { return false }
            write(value, &output)
        }
        return true
    }

    private func method(_ opcodes: UnsafeRawBufferPointer) -> Method? {
        for index in targets.indices where targets[index].opcodes.count == opcodes.count {
            if targets[index].opcodes.withUnsafeBytes({ memcmp($0.baseAddress!, opcodes.baseAddress!, opcodes.count) }) == 0 { return targets[index].method }
        }
        guard let method = Method.allCases.first(where: { String(decoding: opcodes, as: UTF8.self).contains($0.rawValue) }) else { return nil }
        targets.append((Array(opcodes), method))
        return method
    }

    /// `('#RETURN', value)` at protocol 4.
    private func write(_ value: SmallBytes, _ output: inout ByteBuffer) {
        let length = opening.count + value.count + 2
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: FrameHeader.greatestCount + length) { memory in
            var end = FrameHeader.write(length: length, to: memory)
            end = value.copy(to: memory, at: opening.copy(to: memory, at: end))
            memory.storeBytes(of: UInt16(0x2e86).littleEndian, toByteOffset: end, as: UInt16.self)
            return end + 2
        }
    }
}
