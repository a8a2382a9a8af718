import Pickle
import TestSupport
import Testing

/// Values that one Python stores and another, of another version, takes out.
struct PortableValuesTests {
    private static let oldest = PythonInterpreter.all.first
    private static let oldest3 = PythonInterpreter.python3.first

    static let pairs = [(oldest, PythonInterpreter.newest), (PythonInterpreter.newest, oldest), (oldest3, PythonInterpreter.newest), (PythonInterpreter.newest, oldest3)]
        .compactMap { pair in pair.0.flatMap { writer in pair.1.map { [writer, $0] } } }

    @Test(arguments: pairs)
    func `What every Python knows travels from any version to any other`(_ pair: [PythonInterpreter]) async throws {
        let (writer, reader) = (pair[0], pair[1])
        let written = try await writer.run("from portable_values import *\nwrite()", environment: PythonModules.environment).bytes
        var input: [UInt8] = []
        for pickle in Frames.split(written) { Frames.append(try Self.transcoded(pickle, for: reader), to: &input) }
        let answer = try await reader.run("from portable_values import *\ncheck()", environment: PythonModules.environment, input: input).bytes
        #expect(String(decoding: answer, as: UTF8.self) == "checked", "\(writer) to \(reader)")
    }

    /// The pickle as a fragment, as its reader understands it.
    private static func transcoded(_ pickle: [UInt8], for reader: PythonInterpreter) throws -> [UInt8] {
        let fragment = try pickle.withUnsafeBytes { bytes in
            var scanner = PickleScanner()
            let span = try #require(try scanner.scan(bytes))
            let cut = scanner.fragment(span, of: bytes)
            return try #require(cut)
        }
        let version: PickleProtocol = reader.major == 2 ? .v2 : .v4
        return [0x80, version.rawValue] + (try fragment.readable(at: version)).body.array + [0x2e]
    }
}
