import Foundation
import Pickle
import TestSupport
import Testing

/// What Python pickled, read and written by us, is to Python what it was: equal, of the same types, with the same parts shared.
@Suite struct RoundTripTests {
    /// `PICKLE_TEST_VALUES` makes the tests longer.
    private static let count = ProcessInfo.processInfo.environment["PICKLE_TEST_VALUES"].flatMap { Int($0) } ?? randomValueCount

    private static let generate = """
        from pickled_values import *
        maker = Maker(\(randomSeed))
        for protocol, data in pickles([maker.value() for _ in range(\(count))]): write_frame(data)
        """

    /// Reads a pickle and what was made of it, several times over.
    private static let compare = """
        from pickled_values import *
        checked, count, problems = {}, 0, []
        while True:
            original = read_frame()
            if original is None: break
            for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
                ours = read_frame()
                count += 1
                try:
                    if not ours:
                        # We refused. So must Python, which runs out of stack where a value is recursive in such a way.
                        try: pickle.dumps(pickle.loads(original), protocol)
                        except RuntimeError: continue
                    problem = difference(pickle.loads(original), pickle.loads(ours))
                    if count % 10 == 0: listing(ours)
                    if not problem and max(opcode.proto for opcode, _, _ in pickletools.genops(ours)) > protocol:
                        problem = 'an opcode of a later protocol'
                except Exception as error:
                    problem = '%s: %s' % (type(error).__name__, error)
                if problem: problems.append((protocol, problem, original[:300], ours[:300]))
        for problem in problems[:5]: sys.stderr.write('%r\\n' % (problem,))
        assert not problems, '%d of %d differ' % (len(problems), count)
        standard_output.write(str(count).encode())
        """

    /// The pickle; nothing for a value that is refused.
    private static func dump(_ value: PickleValue, at version: UInt8) throws -> [UInt8] {
        do throws(PickleError) {
            guard let version = PickleProtocol(rawValue: version) else { return [] }
            return try Pickler(version).dump(value)
        } catch {
            guard case .unrepresentable = error.reason else { throw error }
            return []
        }
    }

    @Test("Python reads back what it pickled, after we read it and wrote it at every protocol", arguments: PythonInterpreter.all)
    func roundTrip(_ python: PythonInterpreter) async throws {
        let originals = Frames.split(try await python.run(Self.generate, environment: PythonModules.environment).bytes)
        #expect(originals.count > Self.count)
        var exchange: [UInt8] = []
        for original in originals {
            let value = try Unpickler().load(original)
            Frames.append(original, to: &exchange)
            for version in 2...python.highestProtocol {
                Frames.append(try Self.dump(value, at: version), to: &exchange)
            }
        }
        let checked = try await python.run(Self.compare, environment: PythonModules.environment, input: exchange)
        #expect(checked.output == "\(originals.count * Int(python.highestProtocol - 1))")
    }
}
