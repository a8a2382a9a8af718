import Pickle
import Testing

struct PythonComparandTests {
    private static let values: [PickleValue] = [
        .none, .bool(false), .bool(true), .int(0), .int(1), .int(-1), .int(255), .int(70_000), .int(.max), .bigInt(PickleInteger(exactly: 1e30)!),
        .float(0), .float(-0.0), .float(1), .float(0.5), .float(255), .float(9.2e18), .float(1e30), .float(.nan), .float(.infinity), .float(-.infinity),
        "", "a", "b", "é", "e\u{301}", .string(String(repeating: "x", count: 300)), .string(String(repeating: "x", count: 299) + "y"),
        .surrogateString([0xed, 0xa0, 0x80]), .legacyString([0x61]), .legacyString([0xff]), .bytes([0x61]), .bytes([]), .byteArray(PickleByteArray([0x61])),
        .tuple([]), .tuple([1]), .tuple([1.0]), .list([]), .list([1]), [:], ["a": 1],
    ]

    @Test(arguments: [PickleProtocol.v2, .v3, .v4, .v5])
    func `It says of all pairs of values what == says`(_ version: PickleProtocol) throws {
        for value in Self.values {
            let comparand = try PythonComparand(Fragment(value, at: version))
            for other in Self.values {
                let fragment = try Fragment(other, at: version)
                let (said, expected) = (try comparand.equals(fragment), try fragment.pythonValue() == comparand.value)
                #expect(said == expected, "\(value) == \(other)")
            }
        }
    }
}
