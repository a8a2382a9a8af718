import ManagedObjects
import Pickle
import Testing

struct ManagedDictionaryTests {
    @Test func `Keys that Python holds for equal are one key, which stays as it came first`() throws {
        let dictionary = ObjectUnderTest(ManagedDictionary())
        _ = try dictionary.call("__setitem__", 1, "a")
        _ = try dictionary.call("__setitem__", 1.0, "b")
        _ = try dictionary.call("__setitem__", true, "c")
        _ = try dictionary.call("__setitem__", "1", "d")
        #expect(try dictionary.repr() == "{1: 'c', '1': 'd'}")
        #expect(try dictionary.call("__len__").value() == 2)
    }

    @Test func `Order is that of the first insertion, and removal leaves it`() throws {
        let dictionary = ObjectUnderTest(ManagedDictionary())
        for key in 0..<100 { _ = try dictionary.call("__setitem__", .int(key), .int(-key)) }
        for key in 0..<100 where key % 10 != 3 { _ = try dictionary.call("__delitem__", .int(key)) }
        #expect(try dictionary.call("keys").value() == [3, 13, 23, 33, 43, 53, 63, 73, 83, 93])
        #expect(try dictionary.call("popitem").value() == .tuple([93, -93]))
        #expect(try dictionary.call("__getitem__", 83).value() == -83)
    }

    @Test func `A missing key is a KeyError of that key, and an unhashable one a TypeError`() throws {
        let dictionary = ObjectUnderTest(ManagedDictionary())
        let missing = try #require(try dictionary.call("__getitem__", "nope").exception)
        #expect(missing.name == "KeyError" && missing.arguments == ["nope"])
        #expect(try dictionary.call("__setitem__", [1], 2).exception?.arguments == ["unhashable type: 'list'"])
    }

    @Test func `update takes a mapping, pairs and keywords, and keeps what stood before a mistake, as Python does`() throws {
        let dictionary = ObjectUnderTest(ManagedDictionary())
        _ = try dictionary.call("update", positional: [["a": 1]], keywords: [("b", 2)])
        _ = try dictionary.call("update", [.tuple(["c", 3])])
        #expect(try dictionary.repr() == "{'a': 1, 'b': 2, 'c': 3}")
        #expect(try dictionary.call("update", [.tuple(["d", 4]), .tuple(["e"])]).exception?.name == "ValueError")
        #expect(try dictionary.repr() == "{'a': 1, 'b': 2, 'c': 3, 'd': 4}")
    }
}

struct ManagedListTests {
    private func list(_ elements: PickleValue) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedList(Arguments([try Fragment(elements)])))
    }

    private func slice(_ start: PickleValue, _ stop: PickleValue, _ step: PickleValue = .none) -> PickleValue {
        .instance(PickleInstance(.global(PickleGlobal(module: "builtins", name: "slice")), [start, stop, step]))
    }

    @Test(.timeLimit(.minutes(1))) func `Nothing is nothing however often, and what is too much is a MemoryError`() throws {
        for method in ["__mul__", "__rmul__", "__imul__"] {
            #expect(try list([]).call(method, .int(.max)).exception == nil)
            #expect(try list([1]).call(method, .int(1 << 40)).exception?.name == "MemoryError")
        }
    }

    @Test func `Slices are read, replaced and deleted as Python does`() throws {
        let list = try list([0, 1, 2, 3, 4, 5])
        #expect(try list.call("__getitem__", slice(1, 4)).value() == [1, 2, 3])
        #expect(try list.call("__getitem__", slice(.none, .none, -2)).value() == [5, 3, 1])
        #expect(try list.call("__getitem__", slice(-2, 100)).value() == [4, 5])
        _ = try list.call("__setitem__", slice(1, 3), ["x"])
        #expect(try list.repr() == "[0, 'x', 3, 4, 5]")
        _ = try list.call("__delitem__", slice(.none, .none, 2))
        #expect(try list.repr() == "['x', 4]")
        #expect(try list.call("__getitem__", slice(0, 1, 0)).exception?.arguments == ["slice step cannot be zero"])
        #expect(try list.call("__setitem__", slice(.none, .none, 2), [1, 2]).exception?.name == "ValueError")
    }

    @Test func `Sorting is stable, may be reversed, and refuses what cannot be compared`() throws {
        let list = try list([3, 1.0, 2, 1, true])
        _ = try list.call("sort")
        #expect(try list.repr() == "[1.0, 1, True, 2, 3]")
        _ = try list.call("sort", positional: [], keywords: [("reverse", true)])
        #expect(try list.repr() == "[3, 2, 1.0, 1, True]")
        _ = try list.call("append", "x")
        let exception = try #require(try list.call("sort").exception)
        #expect(exception.name == "TypeError")
        #expect(try list.call("__len__").value() == 6)
    }

    @Test func `Positions count from both ends and miss with an IndexError`() throws {
        let list = try list(["a", "b"])
        #expect(try list.call("__getitem__", -1).value() == "b")
        #expect(try list.call("__getitem__", 2).exception?.arguments == ["list index out of range"])
        #expect(try list.call("pop", 0).value() == "a")
        #expect(try list.call("pop").value() == "b")
        #expect(try list.call("pop").exception?.arguments == ["pop from empty list"])
    }

    @Test func `A list is made from anything that can be iterated`() throws {
        let range = PickleValue.instance(PickleInstance(.global(PickleGlobal(module: "builtins", name: "range")), [0, 10, 3]))
        #expect(try list(range).repr() == "[0, 3, 6, 9]")
        #expect(throws: PythonException.self) { try list(5) }
    }
}

struct ManagedSetTests {
    private func set(_ elements: PickleValue...) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedSet(Arguments([Fragment(.list(PickleElements(elements)))])))
    }

    private func elements(_ called: ObjectUnderTest.Called) throws -> [PickleValue] {
        guard case .set(let elements) = try called.value() else { return [] }
        return Array(elements)
    }

    @Test func `Equal elements are one, and membership follows Python's equality`() throws {
        let set = try set(1, 1.0, true, "a")
        #expect(try set.call("__len__").value() == 2)
        #expect(try set.call("__contains__", 1.0).value() == true)
        #expect(try set.call("add", [1]).exception?.name == "TypeError")
        #expect(try set.call("remove", 5).exception?.arguments == [5])
        _ = try set.call("discard", 5)
        _ = try set.call("remove", 1)
        #expect(try set.repr() == "{'a'}")
        #expect(try set.call("pop").value() == "a")
        #expect(try set.call("pop").exception?.arguments == ["pop from an empty set"])
    }

    @Test func `Methods take any iterables, operators only sets`() throws {
        let set = try set(1, 2, 3)
        #expect(try elements(set.call("union", [4], .tuple([5]))) == [1, 2, 3, 4, 5])
        #expect(try elements(set.call("intersection", [3, 1.0, 9])) == [3, 1.0])
        #expect(try elements(set.call("difference", [1], [2])) == [3])
        #expect(try elements(set.call("symmetric_difference", [3, 4])) == [1, 2, 4])
        #expect(try elements(set.call("__and__", .set([2, 9]))) == [2])
        #expect(try elements(set.call("__rsub__", .set([3, 4]))) == [4])
        guard case .frozenSet = try set.call("__ror__", .frozenSet([4])).value() else { Issue.record("not frozen"); return }
        guard case .global(let global) = try set.call("__or__", [4]).value() else { Issue.record("a list"); return }
        #expect(global.name == "NotImplemented")
        #expect(try set.call("issubset", [1, 2, 3, 4]).value() == true)
        #expect(try set.call("__lt__", .set([1, 2, 3])).value() == false)
        #expect(try set.call("__ge__", .frozenSet([1])).value() == true)
        #expect(try set.call("isdisjoint", [7]).value() == true)
    }

    @Test func `Updates change the set, up to an argument that is wrong`() throws {
        let set = try set(1, 2)
        #expect(try set.call("update", [3], 4).exception?.name == "TypeError")
        #expect(try set.call("__len__").value() == 3)
        _ = try set.call("update", [4])
        _ = try set.call("difference_update", [1])
        #expect(try elements(set.call("__iand__", .set([2, 3]))) == [2, 3])
    }
}

struct ManagedArrayTests {
    private func array(_ typecode: PickleValue, _ items: PickleValue) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedArray(Arguments([Fragment(typecode), Fragment(items)])))
    }

    private func slice(_ parts: PickleValue...) -> PickleValue {
        .instance(PickleInstance(.global(PickleGlobal(module: "builtins", name: "slice")), parts))
    }

    @Test func `Every type code keeps the ends of its range and refuses what lies beyond`() throws {
        let ranges: [(String, Int, Int)] = [
            ("b", -128, 127), ("B", 0, 255), ("h", -32_768, 32_767), ("H", 0, 65_535), ("i", Int(Int32.min), Int(Int32.max)),
            ("I", 0, Int(UInt32.max)), ("l", .min, .max), ("q", .min, .max),
        ]
        for (typecode, lowest, highest) in ranges {
            let array = try array(.string(typecode), [.int(lowest), .int(highest)])
            #expect(try array.call("__getitem__", 0).value() == .int(lowest))
            #expect(try array.call("__getitem__", -1).value() == .int(highest))
            guard highest < .max else { continue }
            #expect(try array.call("__setitem__", 0, .int(highest + 1)).exception?.name == "OverflowError")
            #expect(try array.call("__setitem__", 0, .int(lowest - 1)).exception?.name == "OverflowError")
            #expect(try array.call("__getitem__", 0).value() == .int(lowest))
        }
        let unsigned = try array("Q", [.integer(UInt64.max)])
        #expect(try unsigned.call("__getitem__", 0).value() == .integer(UInt64.max))
        #expect(try array("f", [0.1]).call("__getitem__", 0).value() == .float(Double(Float(0.1))))
        #expect(try array("u", "a€").repr() == "array('u', 'a€')")
    }

    @Test func `Slices are arrays, and only arrays of the same type are put in their place`() throws {
        let array = try array("i", [0, 1, 2, 3])
        let middle = try array.call("__getitem__", slice(1, 3, .none)).value()
        #expect(try array.call("__setitem__", slice(0, 1, .none), middle).exception == nil)
        #expect(try array.repr() == "array('i', [1, 2, 1, 2, 3])")
        #expect(try array.call("__setitem__", slice(.none, .none, 2), middle).exception?.name == "ValueError")
        #expect(try array.call("__setitem__", slice(0, 1, .none), [1]).exception?.name == "TypeError")
        #expect(try array.call("__getitem__", 9).exception?.arguments == ["array index out of range"])
        #expect(throws: PythonException.self) { try self.array("z", [1]) }
        #expect(throws: PythonException.self) { try self.array("i", .bytes([1, 2, 3])) }
    }
}
