import Pickle
import Testing

@Suite struct PythonReprTests {
    @Test(arguments: [
        (PickleValue.none, "None"), (true, "True"), (1e16, "1e+16"), (1e-5, "1e-05"), (-0.0, "-0.0"), (0.1, "0.1"),
        (.tuple([1]), "(1,)"), (["a", "it's"], "['a', \"it's\"]"), ([1: "1", "2": 2, 0.25: nil], "{1: '1', '2': 2, 0.25: None}"),
        (.set([]), "set()"), (.frozenSet([1]), "frozenset({1})"), (.bytes([0, 255, 39]), #"b"\x00\xff'""#),
        (.surrogateString([0xed, 0xb2, 0x80]), #"'\udc80'"#), (.bigInt(PickleInteger(UInt64.max)), "18446744073709551615"),
    ] as [(PickleValue, String)])
    func `Values are shown as Python 3 shows them`(_ value: PickleValue, _ text: String) throws {
        #expect(try value.pythonRepr() == text)
    }
}
