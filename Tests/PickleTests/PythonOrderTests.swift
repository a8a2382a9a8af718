import Pickle
import TestSupport
import Testing

/// `==`, `hash` and `<` of random pairs, as their Python answers.
struct PythonOrderTests {
    /// Pairs, with what `==` gives, what `<` gives or `None`, and the exception's type and arguments' `repr` if there is one.
    private static let compare = """
        def attempt(operation):
            try: return operation(), None, None
            except Exception as error: return None, type(error).__name__, u'%r' % (error.args,)
        def pair(depth): return small(depth), small(depth)
        def row(x, y):
            less = attempt(lambda: x < y)
            hashed = attempt(lambda: hash(x) and None)
            return (x, y, x == y, less[0], less[1], less[2], hashed[1], hashed[2])
        def skewed(x, y):
            # Python 2 knows no order between some kinds of numbers, and takes that of their types' addresses.
            kinds = set(map(type, leaves(x) + leaves(y)))
            return python2 and len(kinds & {complex, decimal.Decimal, fractions.Fraction}) > 1
        def leaves(x):
            return sum(map(leaves, x), []) if isinstance(x, (list, tuple, set, frozenset)) else [x]
        def stable(x):
            # Python 2 orders objects of one type by their addresses, and compares the keys of a dict in its own order.
            parts = list(x.items()) if isinstance(x, dict) else x
            return not python2 or not isinstance(x, (list, tuple, dict, set, frozenset)) or all(stable(part) for part in parts) and not (isinstance(x, dict) and len(x) > 1)
        pairs = [p for p in (pair(choice([0, 0, 1, 2])) for _ in range(6000)) if stable(p[0]) and stable(p[1]) and not skewed(*p)]
        write([row(x, y) for x, y in pairs])

        """

    private struct Row {
        let left, right: PickleValue
        let isEqual: Bool
        let isLess: Bool?
        let lessError, hashError: [String]

        init(_ row: [PickleValue]) throws {
            (left, right) = (row[0], row[1])
            isEqual = row[2] == true
            isLess = row[3] == .none ? nil : row[3] == true
            lessError = row[4...5].compactMap(\.text)
            hashError = row[6...7].compactMap(\.text)
        }
    }

    private static func rows(_ python: PythonInterpreter) async throws -> [Row] {
        try await PythonRandomValues.rows(compare, python).map { try Row($0) }
    }

    private static func outcome<Value>(_ python: PythonVersion, _ body: () throws -> Value) -> (value: Value?, error: [String]) {
        do {
            return (try body(), [])
        } catch let error as PythonException {
            let arguments = try? PickleValue.tuple(PickleElements(error.arguments)).pythonRepr(python: python)
            return (nil, [error.name, arguments ?? "none"])
        } catch {
            return (nil, ["\(error)"])
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `Two values are equal, and one key, where their Python says so`(_ python: PythonInterpreter) async throws {
        let rows = try await Self.rows(python)
        #expect(rows.count > 3000)
        for row in rows {
            if (row.left == row.right) != row.isEqual { Issue.record("\(row.left) == \(row.right) is \(row.isEqual)") }
            guard let left = try? PickleKey(row.left), let right = try? PickleKey(row.right) else { continue }
            if (left == right) != row.isEqual { Issue.record("\(row.left) and \(row.right) as keys: \(row.isEqual)") }
            if row.isEqual, left.hashValue != right.hashValue || row.left.hashValue != row.right.hashValue {
                Issue.record("\(row.left) and \(row.right) have two hashes")
            }
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `A value is less than another, or not comparable, as their Python says`(_ python: PythonInterpreter) async throws {
        let version = PythonVersion(UInt8(python.major), UInt8(python.minor))
        for row in try await Self.rows(python) {
            let (isLess, error) = Self.outcome(version) { try row.left.isLess(than: row.right, python: version) }
            // Python 2's messages are of its `str`, ours of `unicode`.
            if isLess != row.isLess || error.map({ $0.replacing("(u", with: "(") }) != row.lessError {
                Issue.record("\(row.left) < \(row.right): \(String(describing: isLess)) \(error) is \(String(describing: row.isLess)) \(row.lessError)")
            }
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `What cannot be hashed is refused with their Python's words`(_ python: PythonInterpreter) async throws {
        let version = PythonVersion(UInt8(python.major), UInt8(python.minor))
        var refused = 0
        for row in try await Self.rows(python) {
            let error = Self.outcome(version) { try PickleKey(row.left, python: version) }.error.map { $0.replacing("(u", with: "(") }
            if !error.isEmpty { refused += 1 }
            if error != row.hashError { Issue.record("\(row.left): \(error) is \(row.hashError)") }
        }
        #expect(refused > 100)
    }

    @Test(arguments: PythonInterpreter.all)
    func `Objects of Python's collections are refused as keys, and are equal and ordered as Python says`(_ python: PythonInterpreter) async throws {
        let script = """
            from collections import *
            import array
            made = [lambda: OrderedDict(a=1), lambda: Counter('aab'), lambda: defaultdict(int, a=1), lambda: deque([1, 2]), lambda: deque([1, 2], 5), lambda: deque([1, 3]), lambda: deque(),
                lambda: array.array('i', [1]), lambda: {'a': 1}, lambda: {'a': 2, 'b': 1}, lambda: [1, 2], lambda: Counter(), lambda: OrderedDict(), lambda: {}]
            def unhashable(x):
                try: hash(x)
                except TypeError as error: return str(error)
            def less(x, y):
                if not isinstance(x, deque) or not isinstance(y, deque): return None
                return x < y
            write([(x(), y(), x() == y(), unhashable(x()), less(x(), y())) for x in made for y in made])

            """
        let version = PythonVersion(UInt8(python.major), UInt8(python.minor))
        for row in try await PythonRandomValues.rows(script, python) {
            if (row[0] == row[1]) != (row[2] == true) { Issue.record("\(row[0]) == \(row[1]) is \(row[2])") }
            let error = Self.outcome(version) { try PickleKey(row[0], python: version) }.error.map { $0.replacing("(u", with: "(") }
            #expect(error == ["TypeError", try PickleValue.tuple([row[3]]).pythonRepr(python: version)])
            if row[4] != .none, try row[0].isLess(than: row[1], python: version) != (row[4] == true) { Issue.record("\(row[0]) < \(row[1]) is \(row[4])") }
        }
    }

    @Test func `Decimals beyond some thousand digits are opaque, and cost nothing`() throws {
        func decimal(_ text: String) -> PickleValue { .instance(PickleInstance(.global(PickleGlobal(module: "decimal", name: "Decimal")), [.string(text)])) }
        #expect(decimal("1E+999999999") == decimal("1E+999999999"))
        #expect(decimal("1E+999999999") != 1)
        #expect(throws: PythonException.self) { try decimal("1E-999999999").isLess(than: 1) }
        #expect(decimal("1E+4000") == .integer(try #require(PickleInteger("1" + String(repeating: "0", count: 4000)))))
    }
}
