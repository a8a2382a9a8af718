import Pickle
import Testing

/// What the scanner cuts out of a tuple is what the unpickler reads there.
struct PickleScannerTests {
    private static let shared: PickleElements = [1, "shared"]

    static let values: [PickleValue] = [
        .none, true, 7, -70_000, 1.5, "text", .bytes([1, 2]), .tuple([]), .tuple([1]), .tuple([1, 2, 3]), .tuple([1, 2, 3, 4]),
        .tuple([.tuple([1, 2, 3, 4]), "x", 3, 4, 5]), [], [1], [1, 2, 3], [:], ["a": 1], ["a": 1, "b": [2]], .set([1, 2]),
        .frozenSet([]), .frozenSet([1, 2]), .tuple([.list(shared), .list(shared)]), [.list(shared), .tuple([.list(shared), 4, 5, 6])],
        .instance(PickleInstance(.global(PickleGlobal(module: "m", name: "C")), [1, "x"], construction: .new, state: ["k": .tuple([1, 2, 3, 4])])),
        .global(PickleGlobal(module: "m", name: "f")),
    ]

    @Test(arguments: values, [PickleProtocol.v2, .v3, .v4, .v5])
    func `An argument is cut out whole, without reading it`(_ value: PickleValue, _ version: PickleProtocol) throws {
        let request: PickleValue = .tuple(["id", "put", .tuple([value, "next"]), [:]])
        let bytes = try Pickler(version).dump(request)
        try bytes.withUnsafeBytes { bytes in
            var scanner = PickleScanner()
            let root = try #require(try scanner.scan(bytes))
            let parts = try #require(scanner.elements(of: root))
            let arguments = try #require(scanner.elements(of: parts[parts.startIndex + 2]))
            #expect(arguments.count == 2)
            var fragments: [Fragment] = []
            for argument in arguments {
                let fragment = scanner.fragment(argument, of: bytes)
                fragments.append(try #require(fragment))
            }
            #expect(try fragments[0].value() == value)
            #expect(try fragments[1].value() == "next")
            #expect(try FragmentBuilder.list(fragments + fragments).value() == [value, "next", value, "next"])
        }
    }

    @Test(arguments: [PickleProtocol.v2, .v3, .v4, .v5])
    func `A request without arguments needs no reading either`(_ version: PickleProtocol) throws {
        let bytes = try Pickler(version).dump(.tuple(["id", "get", .tuple([]), [:]]))
        try bytes.withUnsafeBytes { bytes in
            var scanner = PickleScanner()
            let root = try #require(try scanner.scan(bytes))
            let arguments = try #require(scanner.element(2, of: root))
            #expect(scanner.elementCount(of: arguments) == 0)
            let keywords = try #require(scanner.element(3, of: root))
            #expect(scanner.isEmptyDictionary(keywords, of: bytes))
        }
    }

    @Test(arguments: [(2, true), (3, false), (1 << 62, false), (UInt64.max, false)])
    func `A frame lies within the pickle, for the scanner as for the reader`(_ length: UInt64, _ isRead: Bool) {
        let bytes: [UInt8] = [0x80, 4, 0x95] + withUnsafeBytes(of: length.littleEndian) { Array($0) } + [0x4e, 0x2e]
        var scanner = PickleScanner()
        let isScanned = (try? bytes.withUnsafeBytes { try scanner.scan($0) }) != nil
        #expect(isScanned == isRead)
        #expect(((try? Unpickler().load(bytes)) != nil) == isRead)
    }

    @Test(arguments: [[0x94, 0x4e], [0x28, 0x94, 0x4e, 0x74], [0x71, 0, 0x4e], [0x5d, 0x28, 0x72, 0, 0, 0, 0, 0x4e, 0x65]] as [[UInt8]])
    func `Nothing is put into the memo where there is nothing, for the scanner as for the reader`(_ opcodes: [UInt8]) {
        let bytes = [0x80, 4] + opcodes + [0x2e]
        var scanner = PickleScanner()
        #expect(throws: PickleError.self) { try bytes.withUnsafeBytes { try scanner.scan($0) } }
        #expect(throws: PickleError.self) { try Unpickler().load(bytes) }
    }
}
