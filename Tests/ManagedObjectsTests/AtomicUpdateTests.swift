import ManagedObjects
import Pickle
import Testing

/// What CPython's proxies have not: a step that reads and writes.
struct AtomicUpdateTests {
    /// Objects that hold something at one place, and the arguments that name it.
    struct Place: CustomTestStringConvertible, Sendable {
        let name: String
        let make: @Sendable (PickleValue) throws -> any ManagedObject
        let place: [PickleValue]
        var testDescription: String { name }

        /// The object with a value in its place.
        func holding(_ value: PickleValue) throws -> ObjectUnderTest { ObjectUnderTest(try make(value)) }
    }

    private static func dictionary(_ value: PickleValue) throws -> any ManagedObject {
        try ManagedDictionary(Arguments([try Fragment(["k": value])]))
    }

    private static func namespace(_ value: PickleValue) throws -> any ManagedObject {
        try ManagedNamespace(Arguments(keywords: [("k", try Fragment(value))]))
    }

    private static func list(_ value: PickleValue) throws -> any ManagedObject { try ManagedList(Arguments([try Fragment([0, value])])) }

    private static func value(_ value: PickleValue) throws -> any ManagedObject {
        ManagedValue(typecode: try Fragment("i"), try Fragment(value))
    }

    private static func array(_ typecode: PickleValue, _ items: PickleValue) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedArray(Arguments([try Fragment(typecode), try Fragment(items)])))
    }

    static let places = [
        Place(name: "dict", make: dictionary, place: ["k"]), Place(name: "Namespace", make: namespace, place: ["k"]),
        Place(name: "list", make: list, place: [-1]), Place(name: "Value", make: value, place: []),
    ]

    @Test(arguments: places)
    func `increment adds as Python does`(_ place: Place) throws {
        let big = PickleValue.integer(try #require(PickleInteger("9223372036854775808")))
        let sums: [(PickleValue, PickleValue, PickleValue)] = [
            (1, 2, 3), (.int(.max), 1, big), (big, -1, .int(.max)), (true, true, 2), (1, 0.5, 1.5), (0.5, big, .float(9223372036854775808.5)), (-3, 3, 0),
        ]
        for (value, amount, sum) in sums {
            let object = try place.holding(value)
            #expect(try object.call("increment", positional: place.place + [amount]).value() == sum)
            #expect(try object.call("increment", positional: place.place + [0]).value() == sum)
        }
        #expect(try place.holding(5).call("increment", positional: place.place).value() == 6)
    }

    @Test(arguments: places)
    func `increment of what is no number is a TypeError, and changes nothing`(_ place: Place) throws {
        let refused: [(PickleValue, PickleValue, PickleValue)] = [
            ("a", 1, "can only concatenate str (not \"int\") to str"), (1, "a", "unsupported operand type(s) for +=: 'int' and 'str'"),
            (nil, 1, "unsupported operand type(s) for +=: 'NoneType' and 'int'"), ([1], 1, "'int' object is not iterable"),
            ("a", "b", "only int, bool and float are added here, not 'str' to 'str'"),
        ]
        for (value, amount, message) in refused {
            let object = try place.holding(value)
            let error = try #require(try object.call("increment", positional: place.place + [amount]).exception)
            #expect(error.name == "TypeError" && error.arguments == [message])
            #expect(try object.call("exchange", positional: place.place + [0]).value() == value)
        }
    }

    @Test(arguments: places)
    func `compare_and_set compares as Python does`(_ place: Place) throws {
        let object = try place.holding(1)
        #expect(try object.call("compare_and_set", positional: place.place + ["1", 2]).value() == false)
        #expect(try object.call("compare_and_set", positional: place.place + [1.0, [2]]).value() == true)
        #expect(try object.call("compare_and_set", positional: place.place + [[true], 3]).value() == false)
        #expect(try object.call("compare_and_set", positional: place.place + [[2], .float(.nan)]).value() == true)
        #expect(try object.call("compare_and_set", positional: place.place + [.float(.nan), 3]).value() == false)
    }

    @Test(arguments: places)
    func `exchange gives what was there`(_ place: Place) throws {
        let object = try place.holding("old")
        #expect(try object.call("exchange", positional: place.place + ["new"]).value() == "old")
        #expect(try object.call("exchange", positional: place.place + [0]).value() == "new")
    }

    @Test(arguments: places.prefix(2))
    func `Where there is nothing, increment begins at 0 and compare_and_set puts and removes`(_ place: Place) throws {
        let object = try place.holding(1)
        #expect(try object.call("increment", "n", 5).value() == 5)
        #expect(try object.call("exchange", "m", 1, "nothing").value() == "nothing")
        #expect(try object.call("exchange", "o", 1).value() == .none)
        #expect(try object.call("compare_and_set", positional: ["p"], keywords: [("new", "first")]).value() == true)
        #expect(try object.call("compare_and_set", positional: ["p"], keywords: [("new", "second")]).value() == false)
        #expect(try object.call("compare_and_set", "p", "second").value() == false)
        #expect(try object.call("compare_and_set", "p", "first").value() == true)
        #expect(try object.call("compare_and_set", positional: ["p"], keywords: []).value() == true)
        #expect(try object.call("compare_and_set", positional: []).exception?.name == "TypeError")
    }

    @Test func `An Array keeps its type's range`() throws {
        let array = try Self.array("h", [1, 32_767])
        #expect(try array.call("increment", 0, -5).value() == -4)
        #expect(try array.call("increment", -1).exception?.arguments == ["signed short integer is greater than maximum"])
        #expect(try array.call("increment", 0, 0.5).exception?.name == "TypeError")
        #expect(try array.call("increment", 2).exception?.name == "IndexError")
        #expect(try array.call("exchange", 1, 7).value() == 32_767)
        #expect(try array.call("exchange", 1, "x").exception?.name == "TypeError")
        #expect(try array.call("compare_and_set", 1, 7.0, 8).value() == true)
        #expect(try array.call("compare_and_set", 1, 7, 9).value() == false)
        #expect(try array.repr() == "array('h', [-4, 8])")
        _ = try array.call("replace_all", [1, 2, 3])
        #expect(try array.call("replace_all", [4, 70_000]).exception?.name == "OverflowError")
        #expect(try array.repr() == "array('h', [1, 2, 3])")
        let floats = try Self.array("d", [0.5])
        #expect(try floats.call("increment", 0, 2).value() == 2.5)
    }

    @Test func `A list's positions are checked`() throws {
        let list = ObjectUnderTest(try ManagedList(Arguments([try Fragment([1])])))
        for method in ["increment", "exchange"] { #expect(try list.call(method, 1, 2).exception?.arguments == ["list index out of range"]) }
        #expect(try list.call("compare_and_set", "x", 2, 3).exception?.name == "TypeError")
    }

    @Test func `A dict gives many values and takes many`() throws {
        let dictionary = ObjectUnderTest(try ManagedDictionary(Arguments([try Fragment(["a": 1, 2: nil])])))
        #expect(try dictionary.call("get_many", ["b", 2.0, "a"]).value() == [2: nil, "a": 1])
        #expect(try dictionary.call("get_many", [[1]]).exception?.arguments == ["unhashable type: 'list'"])
        _ = try dictionary.call("replace_all", positional: [[.tuple(["x", 1])]], keywords: [("y", 2)])
        #expect(try dictionary.repr() == "{'x': 1, 'y': 2}")
        #expect(try dictionary.call("replace_all", [1]).exception?.name == "TypeError")
        #expect(try dictionary.call("__len__").value() == 2)
        _ = try dictionary.call("replace_all")
        #expect(try dictionary.repr() == "{}")
    }

    @Test func `A Namespace takes many attributes, a set tells what was new`() throws {
        let namespace = ObjectUnderTest(ManagedNamespace())
        _ = try namespace.call("update", positional: [], keywords: [("b", 1), ("a", "x")])
        #expect(try namespace.repr() == "Namespace(a='x', b=1)")
        #expect(try namespace.call("update", ["a": 1]).exception?.name == "TypeError")
        let set = ObjectUnderTest(ManagedSet())
        #expect(try set.call("add_if_absent", 1).value() == true)
        #expect(try set.call("add_if_absent", 1.0).value() == false)
        _ = try set.call("replace_all", [3, 3, 4])
        #expect(try set.call("replace_all", [[]]).exception?.name == "TypeError")
        #expect(try set.repr() == "{3, 4}")
    }
}
