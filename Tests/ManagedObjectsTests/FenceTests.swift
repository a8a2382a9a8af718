import ManagedObjects
import Pickle
import Testing

/// Calls that carry a fencing token, whatever the object.
struct FenceTests {
    private func fenced(_ object: ObjectUnderTest, _ token: PickleValue, _ method: String, _ arguments: PickleValue...) throws -> ObjectUnderTest.Called {
        try object.call(method, positional: arguments, keywords: [("__fencing_token__", token)])
    }

    @Test func `A call with a token that is older than one before is refused, and does nothing`() throws {
        let list = ObjectUnderTest(try ManagedList(Arguments()))
        #expect(try fenced(list, 5, "append", "a").exception == nil)
        #expect(try fenced(list, 5, "append", "b").exception == nil)
        #expect(try fenced(list, 7, "__len__").value() == 2)
        let refused = try fenced(list, 6, "append", "c")
        #expect(refused.exception?.name == "RuntimeError")
        #expect(refused.exception?.arguments == ["stale fencing token 6: the object has seen 7"])
        #expect(try list.call("__len__").value() == 2)
    }

    @Test func `Calls without a token are not looked at, and other objects have their own`() throws {
        let (list, value) = (ObjectUnderTest(try ManagedList(Arguments())), ObjectUnderTest(try ManagedValue(Arguments([Fragment(.string("i")), Fragment(1)]))))
        _ = try fenced(list, 9, "append", 1)
        #expect(try list.call("append", 2).exception == nil)
        #expect(try fenced(value, 8, "set", 2).exception == nil)
        #expect(try value.call("get").value() == 2)
    }

    @Test func `A call that fails has shown its token, and one without a number is refused`() throws {
        let list = ObjectUnderTest(try ManagedList(Arguments()))
        #expect(try fenced(list, 9, "pop").exception?.name == "IndexError")
        #expect(try fenced(list, 8, "__len__").exception?.name == "RuntimeError")
        #expect(try fenced(list, "new", "__len__").exception?.name == "TypeError")
    }

    @Test func `The token does not reach the method, which may take any keywords`() throws {
        let dictionary = ObjectUnderTest(try ManagedDictionary(Arguments()))
        let called = try dictionary.call("update", positional: [], keywords: [("a", 1), ("__fencing_token__", 5), ("b", 2)])
        #expect(called.exception == nil)
        #expect(try dictionary.repr() == "{'a': 1, 'b': 2}")
    }
}
