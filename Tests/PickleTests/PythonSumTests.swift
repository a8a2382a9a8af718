import Pickle
import TestSupport
import Testing

/// `+=` as each Python does it.
struct PythonSumTests {
    @Test(arguments: PythonInterpreter.all)
    func `Numbers are added, and others refused, as Python does`(_ python: PythonInterpreter) async throws {
        let script = """
            def add(x, y):
                try: x += y
                except Exception as error: return None, type(error).__name__, u'%s' % error
                return x, None, None
            def parts(): return choice([integer, integer, lambda: number(-3, 4), double, lambda: True])()
            others = [None, u'a', [1], (1,), {}, set(), {1: 2}] + ([] if python2 else [b'x'])
            pairs = [(parts(), parts()) for _ in range(3000)] + [(x, 1) for x in others] + [(1, x) for x in others] + [(x, None) for x in others] + [(10 ** 400, 0.5)]
            write([(x, y) + add(x, y) for x, y in pairs])

            """
        let version = PythonVersion(UInt8(python.major), UInt8(python.minor))
        for row in try await PythonRandomValues.rows(script, python) {
            do {
                let sum = try row[0].pythonSum(with: row[1], python: version)
                #expect(row[3] == .none)
                #expect(try sum.pythonRepr(python: version) == row[2].pythonRepr(python: version))
            } catch {
                #expect(.string(error.name) == row[3], "\(row[0]) += \(row[1])")
                #expect(error.arguments == [row[4]], "\(row[0]) += \(row[1])")
            }
        }
    }

    @Test(arguments: PythonInterpreter.python3)
    func `Ranges and ordered dictionaries are equal where Python says so`(_ python: PythonInterpreter) async throws {
        let script = """
            from collections import OrderedDict as O, defaultdict, deque
            ranges = [range(a, b, s) for a in (0, 1, 3) for b in (0, 1, 4, 5) for s in (1, 2, -1, -2)] + [range(2 ** 62), range(0, 2 ** 62, 1), [], (0, 1)]
            def ordered(*names): return O((name, number(2)) for name in names)
            dicts = [O(), {}, O(a=1), {'a': 1}, O([('a', 1), ('b', 2)]), O([('b', 2), ('a', 1)]), {'b': 2, 'a': 1}, defaultdict(int, a=1, b=2)]
            nested = [wrap(x) for x in dicts for wrap in (lambda x: [x], lambda x: (x, 1), lambda x: {'k': x}, lambda x: O(k=x), lambda x: deque([x]), lambda x: O([('k', x), ('l', 1)]))]
            nested += [[dicts[4], dicts[5]], [dicts[5], dicts[4]], [dicts[6], dicts[5]], [dicts[4], dicts[4]]]
            write([(x, y, x == y) for values in (ranges, dicts, nested) for x in values for y in values])

            """
        let rows = try await PythonRandomValues.rows(script, python)
        #expect(rows.count > 4_000)
        for row in rows {
            // Each value alone, so that they are not one object.
            let (left, right) = (try Fragment(row[0]).value(), try Fragment(row[1]).value())
            if (left == right) != (row[2] == true) { Issue.record("\(row[0]) == \(row[1]) is \(row[2])") }
            if left == right, left.hashValue != right.hashValue { Issue.record("\(row[0]) and \(row[1]) have two hashes") }
        }
    }
}
