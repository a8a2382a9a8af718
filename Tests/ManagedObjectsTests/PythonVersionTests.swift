import ManagedObjects
import Pickle
import Testing

/// What depends on the version of Python that asks: parameters, texts, and which values there are.
struct PythonVersionTests {
    private static let python36 = PythonVersion(3, 6), python37 = PythonVersion(3, 7)

    /// The message of the error that a call is answered with; `nil` when there is none.
    private func message(
        _ object: some ManagedObject, _ method: String, _ arguments: [PickleValue] = [], keywords: [(String, PickleValue)] = [], _ python: PythonVersion
    ) throws -> String? {
        try ObjectUnderTest(object).call(method, positional: arguments, keywords: keywords, python: python).exception?.arguments.first?.text
    }

    /// The message of the error that a constructor raises.
    private func message<Object: ManagedObject>(
        _ type: Object.Type, _ arguments: [PickleValue] = [], keywords: [(String, PickleValue)] = [], _ python: PythonVersion
    ) throws -> String? {
        var sent = Arguments(try arguments.map { try Fragment($0) }, keywords: try keywords.map { ($0.0, try Fragment($0.1)) })
        sent.python = python
        do {
            _ = try Object(sent)
            return nil
        } catch {
            return error.arguments.first?.text
        }
    }

    @Test func `What was written in Python in one version and in C in another takes its arguments as in the version that asks`() throws {
        let tooMany: [PickleValue] = [true, 1, 2]
        #expect(try message(ManagedLock(), "acquire", tooMany, .latest) == "acquire() takes at most 2 arguments (3 given)")
        #expect(try message(ManagedLock(), "acquire", tooMany, .python2) == "acquire() takes at most 1 argument (3 given)")
        #expect(try message(ManagedRLock(), "acquire", tooMany, .python2) == "acquire() takes at most 2 arguments (4 given)")
        #expect(try message(ManagedLock(), "acquire", keywords: [("blocking", false)], .python2) == "acquire() takes no keyword arguments")
        #expect(try message(ManagedRLock(), "acquire", keywords: [("blocking", false)], .python2) == nil)
        #expect(try message(ManagedRLock(), "release", [1], .latest) == "RLock.release() takes no arguments (1 given)")
        #expect(try message(ManagedRLock(), "release", [1], .python2) == "release() takes exactly 1 argument (2 given)")
        #expect(try message(ManagedCondition(), "notify_all", [1], .python2) == "notifyAll() takes exactly 1 argument (2 given)")
        #expect(try message(ManagedEvent(), "is_set", [1], .python2) == "isSet() takes exactly 1 argument (2 given)")
    }

    @Test func `Constructors have the parameters of the version that asks`() throws {
        #expect(try message(ManagedEvent.self, [1], .python2) == nil)
        #expect(try message(ManagedEvent.self, [1], .latest) == "Event.__init__() takes 1 positional argument but 2 were given")
        #expect(try message(ManagedEvent.self, [1, 2], .python2) == "__init__() takes at most 2 arguments (3 given)")
        #expect(try message(ManagedRLock.self, [1, 2], .latest) == nil)
        #expect(try message(ManagedRLock.self, [1, 2], .python2) == "__init__() takes at most 2 arguments (3 given)")
        #expect(try message(ManagedNamespace.self, [1], keywords: [("x", 1)], .python2) == "__init__() takes exactly 1 argument (3 given)")
        #expect(try message(ManagedSet.self, keywords: [("x", 1)], Self.python36) == "set() does not take keyword arguments")
        #expect(try message(ManagedSet.self, keywords: [("x", 1)], Self.python37) == "set() takes no keyword arguments")
        #expect(try message(ManagedList.self, keywords: [("sequence", [1])], Self.python36) == nil)
        #expect(try message(ManagedList.self, keywords: [("sequence", [1])], Self.python37) == "list() takes no keyword arguments")
    }

    @Test func `Arguments of sort by position are refused where they cannot be taken`() throws {
        let list = try ManagedList(Arguments([Fragment([2, 1])]))
        #expect(try message(list, "sort", [nil, nil, true], .python2) == nil)
        #expect(try message(list, "sort", [5], .python2) == "'int' object is not callable")
        #expect(try message(list, "sort", [nil, "x"], Self.python36) == "an integer is required (got type str)")
        #expect(try message(list, "sort", [nil], Self.python36) == "must use keyword argument for key function")
        #expect(try message(list, "sort", [nil], .latest) == "sort() takes no positional arguments")
        let length = PickleValue.global(PickleGlobal(module: "builtins", name: "len"))
        #expect(try message(list, "sort", keywords: [("key", length)], .latest)?.contains("would run your function in the server") == true)
    }

    @Test func `Python 2 has long items, and iterators that cannot be pickled`() throws {
        let array = ObjectUnderTest(try ManagedArray(Arguments([Fragment("I"), Fragment([7])])))
        let item = try array.call("__getitem__", positional: [0], python: .python2).value()
        #expect(item == 7)
        #expect(array.object.fallback("__repr__", python: .python2, address: "").flatMap(text) == "array('I', [7L])")
        let set = ObjectUnderTest(ManagedSet())
        #expect(try set.call("__iter__", positional: [], python: .python2).unserializable?.arguments == ["can't pickle setiterator objects"])
        #expect(try set.call("__or__", positional: [1], python: .python2).unserializable?.arguments == ["can't pickle NotImplementedType objects"])
        #expect(try set.call("__iter__").unserializable == nil)
    }

    @Test func `A frozenset that comes of a set keeps Python 2's strings`() throws {
        var sent = Arguments([try Fragment(.list([.legacyString(Array("a".utf8))]), at: .v2)])
        sent.python = .python2
        let set = ObjectUnderTest(try ManagedSet(sent))
        guard case .frozenSet(let elements) = try set.call("__ror__", .frozenSet([]), python: .python2).value() else { Issue.record("not frozen"); return }
        guard case .legacyString? = elements.first else { Issue.record("\(elements)"); return }
    }

    private func text(_ reply: Reply) -> String? {
        if case .text(let text) = reply { text.string } else { nil }
    }

    @Test func `In Python 2 an RLock's owner gets a 1, and a name that is not ASCII is none`() throws {
        let lock = ObjectUnderTest(ManagedRLock())
        #expect(try lock.call("acquire", positional: [], python: .python2).value() == true)
        guard case .int(1) = try lock.call("acquire", positional: ["x"], python: .python2).value() else { Issue.record("not 1"); return }
        let error = try ObjectUnderTest(ManagedNamespace()).call("__getattribute__", positional: ["hé€"], python: .python2).exception
        #expect(error?.name == "UnicodeEncodeError")
        #expect(error?.arguments[2...] == [1, 3, "ordinal not in range(128)"])
    }

    @Test func `In Python 3.6 what is subtracted from an empty set is not looked at`() throws {
        for method in ["difference", "difference_update"] {
            #expect(try message(ManagedSet(), method, [5], Self.python36) == nil)
            #expect(try message(ManagedSet(), method, [5], Self.python37) == "'int' object is not iterable")
        }
    }
}
