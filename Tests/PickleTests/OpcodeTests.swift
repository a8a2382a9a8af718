import Pickle
import TestSupport
import Testing

/// Every opcode that a Python's `pickletools` lists, in a small pickle that its `pickle.loads` reads.
struct OpcodeTests {
    /// Writes name, pickle, and what Python read, pickled by itself; an opcode without a sample is an error.
    private static let script = #"""
        import copyreg, io, pickle, pickletools, sys
        copyreg.add_extension('builtins', 'len', 200)
        copyreg.add_extension('builtins', 'abs', 40000)
        copyreg.add_extension('builtins', 'max', 2 ** 30)
        samples = {
            'INT': b'I-12\n', 'BININT': b'J\xfe\xff\xff\xff', 'BININT1': b'K\xff', 'BININT2': b'M\xff\xff', 'LONG': b'L123456789012345678901L\n',
            'LONG1': b'\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01', 'LONG4': b'\x8b\x02\x00\x00\x00\x00\xff', 'STRING': b"S'a\\x41\\n'\n",
            'BINSTRING': b'T\x02\x00\x00\x00ab', 'SHORT_BINSTRING': b'U\x02ab', 'BINBYTES': b'B\x02\x00\x00\x00\xff\x00', 'SHORT_BINBYTES': b'C\x01\xff',
            'BINBYTES8': b'\x8e\x01\x00\x00\x00\x00\x00\x00\x00\xff', 'BYTEARRAY8': b'\x96\x01\x00\x00\x00\x00\x00\x00\x00\xff',
            'NEXT_BUFFER': b'\x97', 'READONLY_BUFFER': b'\x97\x98', 'NONE': b'N', 'NEWTRUE': b'\x88', 'NEWFALSE': b'\x89',
            'UNICODE': b'V\\u20ac\xe9\\\\u0041\n', 'SHORT_BINUNICODE': b'\x8c\x02\xc3\xa9', 'BINUNICODE': b'X\x03\x00\x00\x00\xed\xa0\x80',
            'BINUNICODE8': b'\x8d\x01\x00\x00\x00\x00\x00\x00\x00a', 'FLOAT': b'F-1.5e3\n', 'BINFLOAT': b'G\x3f\xf8\x00\x00\x00\x00\x00\x00',
            'EMPTY_LIST': b']', 'APPEND': b']K\x01a', 'APPENDS': b'](K\x01K\x02e', 'LIST': b'(K\x01K\x02l', 'EMPTY_TUPLE': b')', 'TUPLE': b'(K\x01K\x02K\x03K\x04t',
            'TUPLE1': b'K\x01\x85', 'TUPLE2': b'K\x01K\x02\x86', 'TUPLE3': b'K\x01K\x02K\x03\x87', 'EMPTY_DICT': b'}', 'DICT': b'(K\x01K\x02d', 'SETITEM': b'}K\x01K\x02s',
            'SETITEMS': b'}(K\x01K\x02K\x01K\x03u', 'EMPTY_SET': b'\x8f', 'ADDITEMS': b'\x8f(K\x01K\x02\x90', 'FROZENSET': b'(K\x01K\x02\x91', 'POP': b'K\x01K\x020',
            'DUP': b'K\x012\x86', 'MARK': b'K\x01(0', 'POP_MARK': b'K\x01(K\x02K\x031', 'GET': b']p7\ng7\n\x86', 'BINGET': b']q\x07h\x07\x86', 'LONG_BINGET': b']r\x00\x01\x00\x00j\x00\x01\x00\x00\x86',
            'PUT': b']p7\ng7\n\x86', 'BINPUT': b']q\xffh\xff\x86', 'LONG_BINPUT': b']r\x00\x01\x00\x00j\x00\x01\x00\x00\x86', 'MEMOIZE': b'K\x01K\x02\x94h\x00\x87'.replace(b'\x87', b'\x86\x86'),
            'EXT1': b'\x82\xc8', 'EXT2': b'\x83\x40\x9c', 'EXT4': b'\x84\x00\x00\x00\x40', 'GLOBAL': b'ccollections\ndeque\n', 'STACK_GLOBAL': b'\x8c\x0bcollections\x8c\x05deque\x93',
            'REDUCE': b'cbuiltins\ncomplex\nG\x3f\xf0\x00\x00\x00\x00\x00\x00G\x3f\xf8\x00\x00\x00\x00\x00\x00\x86R', 'BUILD': b'ctypes\nSimpleNamespace\n)R}X\x01\x00\x00\x00aK\x01sb',
            'INST': b"(V1.5\nidecimal\nDecimal\n", 'OBJ': b'(cdecimal\nDecimal\nV1.5\no', 'NEWOBJ': b'cdecimal\nDecimal\nV1.5\n\x85\x81', 'NEWOBJ_EX': b'cfractions\nFraction\nK\x01K\x02\x86}\x92',
            'PROTO': b'\x80\x02N', 'STOP': b'N', 'FRAME': b'\x95\x02\x00\x00\x00\x00\x00\x00\x00N', 'PERSID': b'Pname\n', 'BINPERSID': b'K\x01Q',
        }
        class Unpickler(pickle.Unpickler):
            def persistent_load(self, identifier): return 'persistent'
        def load(data): return Unpickler(io.BytesIO(data), buffers=[b'buffer', b'other'], encoding='latin-1').load()
        names = [opcode.name for opcode in pickletools.opcodes]
        assert set(names) == set(samples), set(names) ^ set(samples)
        rows = []
        for opcode in pickletools.opcodes:
            # Protocol 3 in front, so that names are not taken for Python 2's; FRAME spans the rest.
            data = samples[opcode.name] + b'.'
            assert opcode.code.encode('latin-1') in data
            if opcode.name != 'PROTO': data = b'\x80\x03' + data
            rows.append((opcode.name, ord(opcode.code), data, pickle.dumps(load(data), 4)))
        sys.stdout.buffer.write(pickle.dumps(rows, 4))
        """#

    private struct Sample {
        let name: String
        let code: UInt8
        let pickle, expected: [UInt8]
    }

    private static func samples() async throws -> [Sample] {
        let python = try #require(PythonInterpreter.newest)
        guard case .list(let rows) = try Unpickler().load(try await python.run(script, environment: PythonModules.environment).bytes) else { return [] }
        return rows.compactMap { row in
            guard case .tuple(let row) = row, case .int(let code) = row[1], case .bytes(let pickle) = row[2], case .bytes(let expected) = row[3]
            else { return nil }
            return Sample(name: row[0].text ?? "", code: UInt8(code), pickle: pickle, expected: expected)
        }
    }

    @Test func `Every opcode is read as Python reads it`() async throws {
        let samples = try await Self.samples()
        #expect(samples.count >= 68)
        for sample in samples {
            switch sample.name {
            case "NEXT_BUFFER", "READONLY_BUFFER":
                let error = #expect(throws: PickleError.self) { try Unpickler().load(sample.pickle) }
                #expect(error?.reason == .outOfBandBuffer)
            case "EXT1", "EXT2", "EXT4":
                guard case .extensionCode = try Unpickler().load(sample.pickle) else { Issue.record("\(sample.name)"); continue }
            case "PERSID", "BINPERSID":
                guard case .persistent = try Unpickler().load(sample.pickle) else { Issue.record("\(sample.name)"); continue }
            default:
                #expect(try Unpickler().load(sample.pickle) == Unpickler().load(sample.expected), "\(sample.name)")
            }
        }
    }

    @Test func `No byte but Python's opcodes is taken for one`() async throws {
        let codes = Set(try await Self.samples().map(\.code))
        for byte in UInt8.min...UInt8.max {
            var isUnknown = false
            do { _ = try Unpickler().load([byte]) } catch { isUnknown = error.reason == .unknownOpcode }
            #expect(isUnknown == !codes.contains(byte), "\(byte)")
            var scanner = PickleScanner()
            let scanned = [byte].withUnsafeBytes { bytes -> Bool in
                do { return try scanner.scan(bytes) == nil || true } catch { return (error as? PickleError)?.reason != .unknownOpcode }
            }
            #expect(scanned == codes.contains(byte), "\(byte)")
        }
    }

    @Test func `The scanner cuts out what the unpickler reads, for every opcode`() async throws {
        for sample in try await Self.samples() {
            try sample.pickle.withUnsafeBytes { bytes in
                var scanner = PickleScanner()
                guard let span = try scanner.scan(bytes) else { return }
                let cut = scanner.fragment(span, of: bytes)
                let fragment = try #require(cut, "\(sample.name)")
                #expect(try Pickler().dump(fragment.value()) == Pickler().dump(Unpickler().load(bytes)), "\(sample.name)")
            }
        }
    }
}
