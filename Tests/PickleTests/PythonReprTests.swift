import Pickle
import TestSupport
import Testing

@Suite struct PythonReprTests {
    @Test(arguments: PythonInterpreter.all)
    func `Random values are shown as their Python shows them`(_ python: PythonInterpreter) async throws {
        let rows = try await PythonRandomValues.rows("write([(x, repr(x)) for x in (value(4) for _ in range(3000))])", python)
        #expect(rows.count == 3000)
        let version = PythonVersion(UInt8(python.major), UInt8(python.minor))
        for row in rows {
            let expected = try #require(row[1].text)
            let actual = try row[0].pythonRepr(python: version)
            if actual != expected { Issue.record("\(actual) is \(expected)") }
        }
    }

    @Test(arguments: PythonInterpreter.all)
    func `Random floats and complex numbers are shown as their Python shows them`(_ python: PythonInterpreter) async throws {
        let script = "write([(x, repr(x)) for x in [double() for _ in range(20000)] + [complex(double(), double()) for _ in range(2000)]])"
        let rows = try await PythonRandomValues.rows(script, python)
        #expect(rows.count == 22000)
        // Without #expect, which takes its time.
        for row in rows where try row[0].pythonRepr() != row[1].text { Issue.record("\(row[0]) is \(row[1])") }
    }

    @Test(arguments: PythonInterpreter.all)
    func `str gives what their Python gives`(_ python: PythonInterpreter) async throws {
        let script = """
            atoms = [x for x in (atom() for _ in range(4000)) if not python2 or isinstance(x, (int, long, float, complex))]
            atoms += [x for x in (known(1) for _ in range(2000)) if isinstance(x, (decimal.Decimal, fractions.Fraction, type(moment())))]
            atoms += [moment() for _ in range(2000)] + [KeyError(u'a'), KeyError(1, 2), ValueError(u'a'), ValueError(), ValueError(1)]
            write([(x, u'%s' % (x,)) for x in atoms if not isinstance(x, type(u''))] + [(u'a\\n', u'a\\n')])
            """
        let rows = try await PythonRandomValues.rows(script, python)
        #expect(rows.count > 2000)
        let version = PythonVersion(UInt8(python.major), UInt8(python.minor))
        for row in rows {
            let expected = try #require(row[1].text)
            let actual = try row[0].pythonStr(python: version)
            if actual != expected { Issue.record("\(actual) is \(expected)") }
        }
    }

    @Test(arguments: PythonInterpreter.python3)
    func `Each character is printable or escaped as their Python says`(_ python: PythonInterpreter) async throws {
        let script = """
            import unicodedata
            all = [chr(c) for c in range(0x110000)]
            all = ''.join(c for c in all if unicodedata.category(c) != 'Cn')
            write([(all, repr(all))])
            """
        let row = try #require(try await PythonRandomValues.rows(script, python).first)
        let expected = try #require(row[1].text)
        let actual = try row[0].pythonRepr()
        let difference = zip(actual.unicodeScalars, expected.unicodeScalars).first { $0 != $1 }
        #expect(actual == expected, "\(String(describing: difference))")
    }

    @Test func `A text that holds both quotes escapes the single ones`() throws {
        #expect(try PickleValue.string("it's").pythonRepr() == #""it's""#)
        #expect(try PickleValue.string("it's \"it\"").pythonRepr() == #"'it\'s "it"'"#)
        #expect(try PickleValue.surrogateString([0x61, 0xed, 0xb2, 0x80]).pythonRepr() == #"'a\udc80'"#)
    }

    @Test func `Python 2 marks its Unicode text, long integers and sets`() throws {
        let value: PickleValue = [
            "é", .legacyString([0x61, 0xe9]), .set([1]), .set([]), .frozenSet([]), .bigInt(PickleInteger(UInt64.max)), .bytes([0x61]),
        ]
        let text = #"[u'\xe9', 'a\xe9', set([1]), set([]), frozenset([]), 18446744073709551615L, 'a']"#
        #expect(try value.pythonRepr(python: .python2) == text)
        #expect(try PickleValue.float(0.1 + 0.2).pythonStr(python: .python2) == "0.3")
    }

    @Test func `Instances of unknown classes, classes and functions are shown by name`() throws {
        func global(_ name: String) -> PickleValue { .global(PickleGlobal(module: "shop", name: name)) }
        #expect(try PickleValue.instance(PickleInstance(global("Cart.Item"), [1])).pythonRepr() == "<shop.Cart.Item object>")
        #expect(try global("Cart").pythonRepr() == "<class 'shop.Cart'>")
        #expect(try global("pay").pythonRepr() == "<function shop.pay>")
        #expect(PickleValue.instance(PickleInstance(global("Cart.Item"))).pythonTypeName == "Item")
        #expect(global("Cart").pythonTypeName == "type")
        #expect(global("pay").pythonTypeName == "function")
    }

    @Test(arguments: PythonInterpreter.all)
    func `Type names are those of their Python`(_ python: PythonInterpreter) async throws {
        let rows = try await PythonRandomValues.rows("write([(x, type(x).__name__) for x in (value(2) for _ in range(2000))])", python)
        let old = ["long": "int", "unicode": "str", "xrange": "range"]
        for row in rows {
            let name = try #require(row[1].text)
            #expect(row[0].pythonTypeName == old[name] ?? name)
        }
    }

    @Test func `An int of more than 4300 digits is refused as CPython 3.11 refuses it`() throws {
        let text = String(repeating: "9", count: 4300)
        let longest = try #require(PickleInteger(text))
        #expect(try PickleValue.bigInt(longest).pythonRepr() == text)
        let longer = try #require(PickleInteger("-1" + String(repeating: "0", count: 4300)))
        let error = #expect(throws: PythonException.self) { try PickleValue.list([.bigInt(longer)]).pythonRepr() }
        let message = "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit"
        #expect(error?.arguments == [.string(message)])
    }
}
