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

    @Test func `update takes a mapping, pairs and keywords, and changes nothing when one is wrong`() throws {
        let dictionary = ObjectUnderTest(ManagedDictionary())
        _ = try dictionary.call("update", positional: [["a": 1]], keywords: [("b", 2)])
        _ = try dictionary.call("update", [.tuple(["c", 3])])
        #expect(try dictionary.repr() == "{'a': 1, 'b': 2, 'c': 3}")
        #expect(try dictionary.call("update", [.tuple(["d", 4]), .tuple(["e"])]).exception?.name == "ValueError")
        #expect(try dictionary.call("__len__").value() == 3)
    }
}

struct ManagedListTests {
    private func list(_ elements: PickleValue) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedList(Arguments([try Fragment(elements)])))
    }

    private func slice(_ start: PickleValue, _ stop: PickleValue, _ step: PickleValue = .none) -> PickleValue {
        .instance(PickleInstance(.global(PickleGlobal(module: "builtins", name: "slice")), [start, stop, step]))
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

struct ManagedSynchronizationTests {
    @Test func `A lock goes to the one that has waited longest, and an unlocked one cannot be released`() throws {
        let lock = ObjectUnderTest(ManagedLock())
        #expect(try lock.call("release").exception?.name == "RuntimeError")
        #expect(try lock.call("acquire").value() == true)
        #expect(try lock.call("acquire", false, session: 2).value() == false)
        let waiting = try lock.call("acquire", session: 2)
        #expect(waiting.waits)
        let answer = try #require(try lock.call("release").woken.first)
        #expect(answer.call == waiting.id)
        var effects = Effects()
        lock.object.takeBack(answer, effects: &effects)
        #expect(try lock.call("locked").value() == false)
    }

    @Test func `An event wakes all who wait`() throws {
        let event = ObjectUnderTest(ManagedEvent())
        let waiting = try (1...3).map { try event.call("wait", .none, session: $0) }
        #expect(waiting.filter(\.waits).count == 3)
        #expect(try event.call("set").woken.map(\.call) == waiting.map(\.id))
        #expect(try event.call("wait", 0).value() == true)
        _ = try event.call("clear")
        let call = try event.call("wait", 1)
        guard case .value(let value)? = event.timeOut(call.id).reply else { Issue.record("no answer"); return }
        #expect(try value.value() == false)
    }
}
