@testable import Pickle
import TestSupport
import Testing

/// Calls whose parts are found in one step: they are those that the unpickler reads.
struct PlainCallTests {
    /// Values that hold no others.
    private static let atoms: [PickleValue] = [
        .none, true, false, 0, 255, 70_000, -1, 1_099_511_627_776, 1.5, "", "text", .string(String(repeating: "x", count: 300)), .bytes([1, 2]), [], [:],
    ]

    /// The arguments, as they are found; `nil` for a call that is not plain.
    private static func arguments(_ pickle: [UInt8]) -> [Fragment]? {
        pickle.withUnsafeBytes { bytes in
            PlainCall(bytes).map { call in call.arguments(of: bytes, in: nil) }
        }
    }

    @Test(arguments: [PickleProtocol.v2, .v3, .v4, .v5])
    func `Up to three arguments are cut out`(_ version: PickleProtocol) throws {
        for (index, atom) in Self.atoms.enumerated() {
            for count in 0...3 {
                let values = (0..<count).map { $0 == 0 ? atom : Self.atoms[(index + 5 * $0) % Self.atoms.count] }
                let pickle = try Pickler(version).dump(.tuple(["7f", "put", .tuple(PickleElements(values)), [:]]))
                // For Python 2 the one is rebuilt by a function, and the other written as a line.
                if version == .v2, values.contains(.bytes([1, 2])) || values.contains(1_099_511_627_776) { continue }
                let found = try #require(Self.arguments(pickle), "\(values)")
                #expect(try found.map { try $0.value() } == values)
            }
        }
    }

    @Test(arguments: [
        .tuple([1, 2, 3, 4]), .tuple([[1]]), .tuple([.tuple([])]), .tuple([["a": 1]]),
    ] as [PickleValue])
    func `Other arguments are left to the scanner`(_ arguments: PickleValue) throws {
        #expect(try Self.arguments(Pickler(.v4).dump(.tuple(["7f", "put", arguments, [:]]))) == nil)
    }

    @Test func `What is no such call is left to the scanner`() throws {
        for value in [.tuple(["7f", "put", .tuple([1]), ["block": true]]), .tuple(["7f", "put", .tuple([1])]), ["7f", "put", .tuple([1]), [:]], .none] as [PickleValue] {
            #expect(try Self.arguments(Pickler(.v4).dump(value)) == nil)
        }
    }

    private static let generate = """
        from pickled_values import *
        maker = Maker(\(randomSeed))
        def atom(): return maker.random.choice([maker.none, maker.boolean, maker.small, maker.edge, maker.number, maker.string, maker.bytes])()
        for _ in range(100):
            arguments = tuple(atom() for _ in range(maker.random.randrange(4)))
            for protocol, data in pickles([('7f', 'put', arguments, {})]): write_frame(data)
        """

    @Test(arguments: PythonInterpreter.all)
    func `Of a call that is found plain, or mutated one, the parts are as the unpickler reads them`(_ python: PythonInterpreter) async throws {
        let requests = Frames.split(try await python.run(Self.generate, environment: PythonModules.environment).bytes)
        var random = SeededGenerator(seed: UInt64(randomSeed))
        let mutations = (0..<10_000).map { _ in
            random.mutation(of: requests.randomElement(using: &random) ?? [], with: requests.randomElement(using: &random) ?? [])
        }
        var (plain, compared) = (0, 0)
        for (number, request) in (requests + mutations).enumerated() {
            guard let found = Self.arguments(request) else { continue }
            if number < requests.count { plain += 1 }
            // It may be a text that is none: what is found is not read.
            guard let whole = try? Unpickler().load(request) else { continue }
            compared += 1
            guard case .tuple(let parts) = whole, parts.count == 4, case .tuple(let arguments) = parts[2] else {
                Issue.record("\(request) is read as \(whole)")
                continue
            }
            #expect(try Pickler(.v4).dump(.tuple(PickleElements(found.map { try $0.value() }))) == Pickler(.v4).dump(.tuple(arguments)))
            #expect(parts[3] == [:])
        }
        // Most of those at protocols 2 and above: of those of Python 2, a third.
        #expect(plain > requests.count / 6 && compared > plain + 100)
    }
}
