import Pickle
import TestSupport
import Testing

/// Pickles that went wrong on the way: read as Python reads them, or refused; never more than that.
struct MutationTests {
    private static let count = 4_000

    /// Pickles of plain values at every protocol.
    private static let generate = """
        def plain(depth, protocol):
            # What needs no class at the protocol.
            if depth == 0: return choice([lambda: None, lambda: True, integer, lambda: number(300), double, text, text, octets if protocol > 2 else text])()
            parts = [plain(number(depth), protocol) for _ in range(number(5))]
            makers = [list, tuple, lambda parts: dict(zip(u'abcde', parts)), lambda parts: [parts, parts], lambda parts: set(u'ab'[:len(parts)])]
            return choice(makers[:None if protocol > 3 else 4])(parts)
        frames = []
        for _ in range(60):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                shared = plain(3, protocol)
                frames.append(pickle.dumps([shared, (shared, {text(): shared})], protocol))
        write([(frame if not python2 else bytearray(frame),) for frame in frames])

        """

    /// What Python makes of each frame without any class: its pickle, or nothing when it refuses.
    private static let read = """
        import io, pickle, resource, sys
        from pickled_values import read_frame, write_frame
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        class Plain(pickle.Unpickler):
            def find_class(self, module, name): raise pickle.UnpicklingError('a class')
        while True:
            frame = read_frame()
            if frame is None: break
            try: write_frame(pickle.dumps(Plain(io.BytesIO(frame)).load(), 4))
            except Exception: write_frame(b'')
        """

    private static func mutations(_ python: PythonInterpreter) async throws -> [[UInt8]] {
        let originals = try await PythonRandomValues.rows(generate, python).compactMap { row -> [UInt8]? in
            switch row[0] {
            case .bytes(let bytes): bytes
            case .byteArray(let array): array.bytes
            default: nil
            }
        }
        #expect(originals.count >= 60)
        var random = SeededGenerator(seed: UInt64(randomSeed))
        return (0..<count).map { _ in
            random.mutation(of: originals.randomElement(using: &random) ?? [], with: originals.randomElement(using: &random) ?? [])
        }
    }

    /// Refusals of what Python makes something of, each with its reason.
    private static func isDocumented(_ error: PickleError) -> Bool {
        switch error.reason {
        case .limitExceeded: true
        // Python appends to whatever has `append`, and sets items of lists; we to lists, dicts and sets.
        case .stack("APPEND to what is not a list"), .stack("SETITEM on what is not a dict"), .stack("ADDITEMS to what is not a set"): true
        // Python's unpickler forgets what else is on its stack at the end.
        case .stack("more than one value at the end"): true
        // `int` and `float` take spaces and underscores, which no pickler writes.
        case .malformedArgument("not an integer"), .malformedArgument("not a float"), .malformedArgument("a memo index is a number of 0 or more"): true
        default: false
        }
    }

    @Test(arguments: [PythonInterpreter.all.first, .newest].compactMap { $0 })
    func `Mutated pickles are read as Python reads them, or refused`(_ python: PythonInterpreter) async throws {
        let mutations = try await Self.mutations(python)
        let newest = try #require(PythonInterpreter.newest)
        let answers = Frames.split(try await newest.run(Self.read, environment: PythonModules.environment, input: Frames.joined(mutations)).bytes)
        #expect(answers.count == mutations.count)
        var agreed = 0
        for (mutation, answer) in zip(mutations, answers) where !answer.isEmpty {
            do throws(PickleError) {
                let value = try Unpickler().load(mutation)
                let expected = try Unpickler().load(answer)
                agreed += 1
                if value != expected, value.canonical != expected.canonical { Issue.record("\(mutation): \(value) is \(expected)") }
            } catch {
                if !Self.isDocumented(error) { Issue.record("\(mutation): \(error)") }
            }
        }
        #expect(agreed > Self.count / 20)
    }

    @Test(arguments: [PythonInterpreter.all.first, .newest].compactMap { $0 })
    func `What the scanner cuts out of mutated pickles is what the unpickler reads there`(_ python: PythonInterpreter) async throws {
        var cut = 0
        for mutation in try await Self.mutations(python) {
            guard let whole = try? Unpickler().load(mutation) else { continue }
            mutation.withUnsafeBytes { bytes in
                var scanner = PickleScanner()
                guard let span = try? scanner.scan(bytes), let fragment = scanner.fragment(span, of: bytes) else { return }
                cut += 1
                let value = try? fragment.value()
                if value?.canonical != whole.canonical { Issue.record("\(mutation): \(String(describing: value)) is \(whole)") }
            }
        }
        #expect(cut > Self.count / 20)
    }
}

extension PickleValue {
    /// Bytes that are the same for equal values with the same parts shared; of what cannot be written, the `repr`.
    fileprivate var canonical: [UInt8] {
        if let bytes = try? Pickler(.v5).dump(self) { return bytes }
        return (try? pythonRepr()).map { Array($0.utf8) } ?? []
    }
}
