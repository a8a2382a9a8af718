import Pickle
import Testing

/// How much a pickle may ask for: never more than its limits, whatever it says.
struct LimitTests {
    private static func reason(_ bytes: [UInt8], _ limits: PickleLimits = .default) -> PickleError.Reason? {
        do {
            _ = try Unpickler(limits: limits).load(bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    private static func nested(_ depth: Int) -> [UInt8] {
        Array(repeating: 0x5d, count: depth) + Array(repeating: 0x61, count: depth - 1) + [0x2e]
    }

    @Test func `A value may nest as deeply as is allowed and no deeper`() {
        #expect(Self.reason(Self.nested(1_000)) == nil)
        #expect(Self.reason(Self.nested(1_001)) == .limitExceeded("containers nested deeper than 1000"))
        #expect(Self.reason(Self.nested(100_000), PickleLimits(depth: 100_000)) == nil)
    }

    @Test func `A deep value is read, compared, hashed, written and freed without recursion`() throws {
        let depth = 20_000
        let value = try Unpickler(limits: PickleLimits(depth: depth)).load(Self.nested(depth))
        let again = try Unpickler(limits: PickleLimits(depth: depth)).load(Pickler().dump(value))
        #expect(value == again)
        #expect(value.hashValue == again.hashValue)
    }

    @Test func `A memo holds as many entries as are allowed, and a large index costs nothing`() {
        // NONE, then MEMOIZE as often as it says.
        let limits = PickleLimits(memo: 10)
        #expect(Self.reason([0x4e] + Array(repeating: 0x94, count: 10) + [0x2e], limits) == nil)
        #expect(Self.reason([0x4e] + Array(repeating: 0x94, count: 11) + [0x2e], limits) == .limitExceeded("more than 10 memo entries"))
        #expect(Self.reason([0x4e, 0x72, 0xff, 0xff, 0xff, 0xff, 0x2e]) == nil)
        #expect(Self.reason([0x6a, 0xff, 0xff, 0xff, 0xff, 0x2e]) == .unknownMemoIndex(0xffff_ffff))
    }

    @Test func `A pickle may be as long as is allowed`() {
        #expect(Self.reason([0x4e, 0x2e], PickleLimits(size: 2)) == nil)
        #expect(Self.reason([0x4e, 0x2e], PickleLimits(size: 1)) == .limitExceeded("a pickle of 2 bytes, 1 are allowed"))
    }

    @Test func `An int may have as many digits as are allowed`() {
        func integer(_ digits: Int) -> [UInt8] { [0x4c] + Array(repeating: 0x39, count: digits) + [0x4c, 0x0a, 0x2e] }
        #expect(Self.reason(integer(4_300)) == nil)
        #expect(Self.reason(integer(4_302)) == .limitExceeded("an int of more than 4300 digits"))
    }

    @Test(arguments: [
        // BINUNICODE8, BINBYTES8, BYTEARRAY8, FRAME of 2⁶⁴ - 1 and 2⁶³ - 1 bytes
        [0x8d] + Array(repeating: 0xff, count: 8), [0x8e] + Array(repeating: 0xff, count: 7) + [0x7f], [0x96] + Array(repeating: 0xff, count: 8),
        [0x95] + Array(repeating: 0xff, count: 7) + [0x7f],
        // BINSTRING and LONG4 of -1 and 2³¹ - 1 bytes, BINBYTES of 2³² - 1
        [0x54, 0xff, 0xff, 0xff, 0xff], [0x8b, 0xff, 0xff, 0xff, 0xff], [0x54, 0xff, 0xff, 0xff, 0x7f], [0x8b, 0xff, 0xff, 0xff, 0x7f],
        [0x42, 0xff, 0xff, 0xff, 0xff],
    ] as [[UInt8]])
    func `A length with nothing behind it is refused before anything is made of it`(_ pickle: [UInt8]) {
        switch Self.reason(pickle + [0x2e]) {
        case .truncated, .malformedArgument: break
        case let reason: Issue.record("\(String(describing: reason))")
        }
        var scanner = PickleScanner()
        #expect(throws: PickleError.self) { try pickle.withUnsafeBytes { _ = try scanner.scan($0) } }
    }

    @Test func `A value that refers to itself exponentially often is written once`() throws {
        // (x, x) of (x, x) of …: 2¹⁰⁰ leaves, a hundred tuples.
        let doubled: [UInt8] = [0x4e] + Array(repeating: [0x32, 0x86] as [UInt8], count: 100).joined() + [0x2e]
        let value = try Unpickler().load(doubled)
        #expect(try Pickler().dump(value).count < 1_000)
        #expect(try value == Unpickler().load(doubled))
        #expect(throws: PythonException.self) { try PickleKey(value) }
    }
}
