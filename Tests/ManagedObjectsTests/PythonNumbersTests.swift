import ManagedObjects
import Pickle
import Testing

/// Sizes and counts that are no integers, as CPython's classes take them.
struct PythonNumbersTests {
    private func queue(_ maxsize: PickleValue) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedQueue(Arguments([try Fragment(maxsize)])))
    }

    @Test func `A queue's maxsize may be a float`() throws {
        let queue = try queue(1.5)
        for item in [1, 2] { #expect(try queue.call("put_nowait", .int(item)).value() == .none) }
        #expect(try queue.call("full").value() == true)
        #expect(try queue.call("put_nowait", 3).exception?.name == "Full")
        #expect(try queue.call("put_many", [3]).exception?.name == "Full")
        #expect(try queue.call("put", 3).waits)
    }

    @Test(arguments: ["x", nil] as [PickleValue])
    func `A queue whose maxsize is no number fails where CPython's does`(_ maxsize: PickleValue) throws {
        let (queue, name) = (try queue(maxsize), maxsize.pythonTypeName)
        #expect(try queue.call("qsize").value() == 0)
        #expect(try queue.call("full").exception?.arguments == [.string("'<' not supported between instances of 'int' and '\(name)'")])
        for method in ["put", "put_nowait"] {
            #expect(try queue.call(method, 1).exception?.arguments == [.string("'>' not supported between instances of '\(name)' and 'int'")])
        }
        #expect(try queue.call("get_nowait").exception?.name == "Empty")
    }

    private func semaphore(_ value: PickleValue) throws -> ObjectUnderTest {
        ObjectUnderTest(try ManagedSemaphore(Arguments([try Fragment(value)])))
    }

    @Test func `A semaphore counts in whatever numbers it was given`() throws {
        let semaphore = try semaphore(0.5)
        for _ in 0..<3 { #expect(try semaphore.call("acquire", false).value() == true) }
        #expect(try semaphore.repr() == "<threading.Semaphore at 0x1: value=-2.5>")
        _ = try semaphore.call("release", 2.5)
        #expect(try semaphore.call("acquire", false).value() == false)
        #expect(try semaphore.call("release", "x").exception?.arguments == ["'<' not supported between instances of 'str' and 'int'"])
        #expect(throws: PythonException.self) { try self.semaphore("x") }
        #expect(throws: PythonException.self) { try self.semaphore(-0.5) }
    }

    @Test func `A priority queue orders what Python 2 orders, for Python 2 only`() throws {
        let queue = ObjectUnderTest(ManagedQueue(order: .priority))
        func put(_ item: PickleValue, _ python: PythonVersion) throws -> PythonException? {
            var (effects, arguments) = (Effects(), Arguments([try Fragment(item)]))
            arguments.python = python
            let id = CallID(session: SessionID(1), number: 1)
            let outcome = queue.object.call("put_nowait", arguments, id: id, now: Timestamp(nanoseconds: 0), effects: &effects)
            if case .reply(.exception(let exception))? = outcome { return exception }
            return nil
        }
        #expect(try put("a", .latest) == nil)
        #expect(try put(1, .latest)?.name == "TypeError")
        #expect(try put(1, .python2) == nil)
        #expect(try put(nil, .python2) == nil)
        #expect(try (0..<3).map { _ in try queue.call("get_nowait").value() } == [nil, 1, "a"])
    }
}
