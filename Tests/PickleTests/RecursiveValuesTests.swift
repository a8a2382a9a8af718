import Pickle
import TestSupport
import Testing

/// Values that hold themselves by way of objects that can be made only after their parts.
struct RecursiveValuesTests {
    static let versions: [PickleProtocol] = [.v2, .v3, .v4, .v5]

    /// Runs a script that sets `value`, reads its pickle, writes it at a protocol, and has Python assert something of that.
    private static func check(_ script: String, _ assertion: String, at version: PickleProtocol) async throws -> [UInt8] {
        let python = try #require(PythonInterpreter.newest)
        let pickle = try await python.run(preamble + script + "\nsys.stdout.buffer.write(pickle.dumps(value, 4))", environment: PythonModules.environment).bytes
        let ours = try Pickler(version).dump(Unpickler().load(pickle))
        _ = try await python.run(preamble + "value = pickle.load(sys.stdin.buffer)\nassert \(assertion), value", environment: PythonModules.environment, input: ours).bytes
        return ours
    }

    private static let preamble = "import sys, pickle\nfrom pickled_values import *\nsys.setrecursionlimit(100000)\n"

    @Test(arguments: versions)
    func `A tuple whose lists hold it is written once, and its parts once`(_ version: PickleProtocol) async throws {
        let script = "value = tuple([] for _ in range(300))\nfor part in value: part.append(value)"
        let ours = try await Self.check(script, "len(value) == 300 and all(part == [value] and part[0] is value for part in value)", at: version)
        #expect(ours.count < 300 * 20)
    }

    @Test(arguments: versions)
    func `A set whose members lead back to it is filled before they are`(_ version: PickleProtocol) async throws {
        let script = "member = Plain(); value = SetOf([member, 1]); member.owner = value"
        _ = try await Self.check(script, "len(value) == 2 and [m for m in value if m != 1][0].owner is value", at: version)
        let frozen = "member = Plain(); value = frozenset([member, 1]); member.owner = value"
        _ = try await Self.check(frozen, "len(value) == 2 and [m for m in value if m != 1][0].owner is value", at: version)
    }

    @Test(arguments: versions)
    func `A call is given lists that hold its result`(_ version: PickleProtocol) async throws {
        let script = "inner = []; value = Failure(inner, [7]); inner.append(value)"
        _ = try await Self.check(script, "value.args[0][0] is value and value.args[1] == [7]", at: version)
    }

    @Test(arguments: versions)
    func `A key that has its hash from its state is filled before it is used`(_ version: PickleProtocol) async throws {
        let script = "key = Named('key'); entries = {}; value = (entries, key); key.owner = value; entries[key] = 1"
        _ = try await Self.check(script, "value[0][value[1]] == 1 and value[1].owner is value", at: version)
    }

    /// A hundred thousand objects, each shared and each on one cycle: what is not linear does not end.
    @Test(arguments: versions)
    func `Large recursive values are written in a time and size that grow with them`(_ version: PickleProtocol) throws {
        let count = 10_000
        let pickle = Self.ring(of: count)
        let value = try Unpickler(limits: PickleLimits(depth: 10 * count)).load(pickle)
        let ours = try Pickler(version).dump(value)
        #expect(ours.count < 3 * pickle.count)
        let again = try Unpickler(limits: PickleLimits(depth: 10 * count)).load(ours)
        #expect(Self.tupleCount(again) == count)
    }

    private static func tupleCount(_ value: PickleValue) -> Int? {
        if case .tuple(let elements) = value { elements.count } else { nil }
    }

    /// `t = ([t], [t], …)`, without CPython's detours: lists first, then the tuple, then their items.
    private static func ring(of count: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x80, 4, 0x28]
        for _ in 0..<count { bytes += [0x5d, 0x94] }
        bytes += [0x74, 0x94]
        for index in 0..<count {
            bytes += [0x6a] + Self.bytes(index) + [0x6a] + Self.bytes(count) + [0x61, 0x30]
        }
        return bytes + [0x2e]
    }

    private static func bytes(_ index: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(index).littleEndian, Array.init) }

    @Test(arguments: [PickleProtocol.v2, .v3])
    func `A set that holds itself, which Python has none of, is refused where sets are calls`(_ version: PickleProtocol) throws {
        // EMPTY_SET MEMOIZE MARK BINGET 0 ADDITEMS
        let value = try Unpickler().load([0x80, 4, 0x8f, 0x94, 0x28, 0x68, 0, 0x90, 0x2e])
        let error = #expect(throws: PickleError.self) { try Pickler(version).dump(value) }
        #expect(error?.reason == .unrepresentable("a tuple, set or call that is made from itself"))
    }
}
