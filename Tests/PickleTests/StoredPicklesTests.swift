import Foundation
import Pickle
import Testing

/// Pickles that once went wrong, most of them found by the fuzzer.
struct StoredPicklesTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Pickles")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

    @Test func `There are stored pickles`() {
        #expect(!Self.names.isEmpty)
    }

    @Test(arguments: names)
    func `A stored pickle is read as the scanner cuts it out, and comes to an end`(_ name: String) throws {
        let bytes = try Array(Data(contentsOf: Self.folder.appendingPathComponent(name)))
        guard let value = try? Unpickler().load(bytes) else { return }
        try bytes.withUnsafeBytes { bytes in
            var scanner = PickleScanner()
            guard let span = try scanner.scan(bytes), let fragment = scanner.fragment(span, of: bytes) else { return }
            #expect(try Pickler(.v5).dump(fragment.value()) == Pickler(.v5).dump(value))
        }
        for version in [PickleProtocol.v2, .v3, .v4, .v5] {
            guard let ours = try? Pickler(version).dump(value) else { continue }
            #expect(throws: Never.self) { try Unpickler().load(ours) }
        }
        #expect(value == value && value.hashValue == value.hashValue)
        _ = try? PickleKey(value)
        _ = try? value.isLess(than: value)
    }
}
