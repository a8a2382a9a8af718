import Pickle
import TestSupport
import Testing

/// Values that are pickled and read without `Codable`: as the encoder and the decoder would have it.
struct DirectCodingTests {
    private func check<Value: Codable & Equatable>(_ value: Value, _ pickled: PickleValue) throws {
        for version in [PickleProtocol.v2, .v3, .v4, .v5] {
            let fragment = try Fragment(encoding: value, at: version)
            #expect(try fragment.value() == pickled)
            #expect(try fragment.decode(as: Value.self) == value)
            // As picklers of any kind write it.
            #expect(try Fragment(pickled, at: version).decode(as: Value.self) == value)
        }
        #expect(try PickleEncoder().encode(value) == pickled)
        #expect(try PickleDecoder().decode(Value.self, from: pickled) == value)
    }

    @Test func `Numbers, text and bytes`() throws {
        for number in [0, 1, -1, 255, 256, 65_535, 65_536, -32_768, .max, .min, 1 << 31, -(1 << 31), 0x61, 0x65] { try check(number, .int(number)) }
        try check(UInt64.max, .integer(UInt64.max))
        try check(Int8.min, -128)
        try check(1.5, 1.5)
        try check(Float(0.25), 0.25)
        try check(true, true)
        for text in ["", "é😀", String(repeating: "a", count: 256)] { try check(text, .string(text)) }
        try check([UInt8](0...255), .bytes(Array(0...255)))
        try check([UInt8](), .bytes([]))
    }

    @Test(arguments: [0, 1, 2, 999, 1_000, 1_001, 2_001])
    func `Arrays of them`(_ count: Int) throws {
        let numbers = Array((-count / 2)..<(count - count / 2))
        try check(numbers, .list(numbers.map(PickleValue.int)))
        try check(numbers.map { "\($0)" }, .list(numbers.map { .string("\($0)") }))
        try check(numbers.map { [UInt8(truncatingIfNeeded: $0)] }, .list(numbers.map { .bytes([UInt8(truncatingIfNeeded: $0)]) }))
        try check(numbers.map { Double($0) / 2 }, .list(numbers.map { .float(Double($0) / 2) }))
        try check(numbers.map(PickleValue.int), .list(numbers.map(PickleValue.int)))
        let set = FragmentBuilder.set(numbers.map { Fragment($0) as Fragment })
        #expect(try set.decode(as: Set<Int>.self) == Set(numbers))
        try check(Set(numbers.prefix(1)), .list(numbers.prefix(1).map(PickleValue.int)))
        let pairs = try Fragment(pairs: numbers.map { ($0, "\($0)") })
        #expect(try pairs.value() == .list(numbers.map { .tuple([.int($0), .string("\($0)")]) }))
        #expect(pairs.pairs(Int.self, String.self).map { $0.map(\.0) } == numbers)
        // As a server writes it.
        #expect(try FragmentBuilder.list(numbers.map { Fragment($0) as Fragment }).decode(as: [Int].self) == numbers)
    }

    @Test func `Python's lists of any length`() async throws {
        let python = try #require(PythonInterpreter.newest)
        for count in [0, 1, 2, 97, 98, 1_000, 1_001, 2_000] {
            let pickle = try await python.run("import sys, pickle; sys.stdout.buffer.write(pickle.dumps(list(range(\(count))), 4))").bytes
            var scanner = PickleScanner()
            let fragment = try pickle.withUnsafeBytes { bytes in try scanner.scan(bytes).flatMap { scanner.fragment($0, of: bytes) } }
            #expect(try fragment?.decode(as: [Int].self) == Array(0..<count))
        }
    }

    @Test func `What does not fit is refused with the decoder's words`() throws {
        func message<Value: Decodable>(_ value: PickleValue, _ type: Value.Type) -> String {
            do {
                return "\(try Fragment(value).decode(as: type))"
            } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context), DecodingError.valueNotFound(_, let context) {
                return context.debugDescription
            } catch {
                return "\(error)"
            }
        }
        #expect(message(300, UInt8.self) == "expected UInt8, found int 300")
        #expect(message("x", Int.self) == "expected Int, found str 'x'")
        #expect(message(true, Int.self) == "expected Int, found bool True")
        #expect(message([1, "x"], [Int].self) == "[1]: expected Int, found str 'x'")
        #expect(message([1, 2], [UInt8].self) == "[1, 2]")
        #expect(message(3, Double.self) == "3.0")
        #expect(message(.tuple([1, 2]), [Int].self) == "[1, 2]")
        #expect(try Fragment(.legacyString(Array("é".utf8)), at: .v2).decode(as: String.self) == "é")
    }

    @Test func `Bytes that are cut off are never read`() throws {
        for value: PickleValue in [1_000_000, .int(.min), "some text", .bytes([1, 2, 3]), 0.5] {
            let whole = try Fragment(value).body.array
            for count in 0..<whole.count {
                let fragment = Fragment(Array(whole.prefix(count)), from: .v4)
                #expect(throws: (any Error).self) { try fragment.decode(as: Int.self) }
                #expect(throws: (any Error).self) { try fragment.decode(as: String.self) }
            }
        }
        let list = try Fragment([1, 256, "x"]).body.array
        for count in 2..<list.count {
            #expect(throws: (any Error).self) { try Fragment(Array(list.prefix(count)), from: .v4).decode(as: [Int].self) }
        }
    }

    @Test func `Whatever byte is another, what is read at once is what the decoder reads`() throws {
        func check<Value: Decodable & Equatable>(_ value: PickleValue, _: Value.Type) throws {
            let bytes = try Fragment(value).body.array
            for place in bytes.indices {
                for byte in UInt8.min...(.max) {
                    var changed = bytes
                    changed[place] = byte
                    let fragment = Fragment(changed, from: .v4)
                    guard let direct: Value = fragment.decodeDirectly() else { continue }
                    let decoded = try? PickleDecoder().decode(Value.self, from: fragment.value())
                    if decoded != direct { Issue.record("\(changed): \(direct), not \(String(describing: decoded))") }
                }
            }
        }
        for number in [1, 300, 70_000, .max, -1] {
            try check(.int(number), Int.self)
            try check(.int(number), UInt16.self)
            try check(.int(number), Float.self)
        }
        try check("some é", String.self)
        try check(.bytes([1, 2]), [UInt8].self)
        try check(true, Bool.self)
        try check([1, 97, 25_864], [Int].self)
        try check([97], [Int].self)
        try check(["a", "e("], [String].self)
        try check(.set([1, 2]), Set<Int>.self)
    }
}
