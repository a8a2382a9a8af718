import Multiprocessing
import Testing

@testable import manager

struct MapPartsTests {
    @Test(arguments: [1, 2, 3, 7, 100])
    func `Lines are cut wherever the reads end`(_ size: Int) {
        let bytes = Array("one\n\ntwo\r\nthree\n\nlast".utf8)
        var splitter = LineSplitter()
        var lines: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            lines += splitter.split(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "", "two\r", "three", ""])
        #expect(splitter.rest == Array("last".utf8))
    }

    @Test func `A result waits for those before it`() {
        var early = EarlyResults()
        for position in [2, 1] { early.add(Self.result(position), at: position) }
        #expect(early.popNext()?.input == nil)
        early.add(Self.result(0), at: 0)
        let order = (0..<3).map { _ in early.popNext()?.input }
        #expect(order == [.int(0), .int(1), .int(2)])
        #expect(early.popNext()?.input == nil && early.next == 3)
    }

    @Test func `Too many results that wait, or too large ones, are as much as there may be`() {
        var many = EarlyResults()
        for position in 1..<10_000 { many.add(Self.result(position), at: position) }
        #expect(!many.isFull)
        many.add(Self.result(10_000), at: 10_000)
        #expect(many.isFull)
        var large = EarlyResults()
        large.add(Self.result(1, bytes: 64 << 20), at: 1)
        #expect(large.isFull)
        large.add(Self.result(0), at: 0)
        while large.popNext() != nil {}
        #expect(!large.isFull)
    }

    private static func result(_ position: Int, bytes: Int = 0) -> CommandResult {
        var result = CommandResult(id: .int(position), input: .int(position))
        result.output = [UInt8](repeating: 0, count: bytes)
        return result
    }
}
