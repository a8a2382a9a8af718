import Pickle
import TestSupport
import Testing

/// Requests as Pythons pickle them, with random arguments that share parts: what the scanner cuts out is what the unpickler reads.
struct ScannerAgreementTests {
    private static let generate = """
        from pickled_values import *
        maker = Maker(\(randomSeed))
        for _ in range(60):
            first = maker.value()
            second = maker.any(2)
            for protocol, data in pickles([('7f', 'put', (first, second, first), {'block': second})]): write_frame(data)
        """

    @Test(arguments: PythonInterpreter.all)
    func `Each argument is cut out as it is in the whole, or left to be read`(_ python: PythonInterpreter) async throws {
        let requests = Frames.split(try await python.run(Self.generate, environment: PythonModules.environment).bytes)
        #expect(requests.count > 200)
        var scanner = PickleScanner()
        var cut = 0
        for request in requests {
            let whole = Self.parts(try Unpickler().load(request))
            try request.withUnsafeBytes { bytes in
                guard let root = try scanner.scan(bytes) else { return }
                let parts = try #require(scanner.elements(of: root))
                let arguments = try #require(scanner.elements(of: parts[parts.startIndex + 2]))
                for (span, value) in zip(Array(arguments) + [parts[parts.startIndex + 3]], whole) {
                    guard let fragment = scanner.fragment(span, of: bytes) else { continue }
                    cut += 1
                    if try fragment.value().written != value.written { Issue.record("\(request)") }
                    let joined = FragmentBuilder.tuple([fragment, fragment])
                    if try joined.value().written != PickleValue.tuple([fragment.value(), fragment.value()]).written { Issue.record("\(request)") }
                }
            }
        }
        // An argument that refers to another is not cut out; most are.
        #expect(cut > requests.count)
    }

    /// The positional arguments and the keyword arguments.
    private static func parts(_ value: PickleValue) -> [PickleValue] {
        guard case .tuple(let request) = value, case .tuple(let arguments) = request[2] else { return [] }
        return Array(arguments) + [request[3]]
    }
}

extension PickleValue {
    /// Bytes that are the same for values of the same parts with the same ones shared.
    fileprivate var written: [UInt8]? { try? Pickler(.v5).dump(self) }
}
