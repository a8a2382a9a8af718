import Multiprocessing

/// Calls of managed objects: no pickle of a request is read, no reply is written.
extension Part {
    static let objects = [
        calling("dict[k]", "dict", before: [("__setitem__", ["key:000000000001", "xxx"])], [("__getitem__", ["key:000000000001"])]),
        calling("dict[k] = v", "dict", [("__setitem__", ["key:000000000001", "xxx"])]),
        calling("dict[int]", "dict", before: [("__setitem__", [17, "xxx"])], [("__getitem__", [17])]),
        calling("dict[k] of 1000", "dict", arguments: [SampleValues.dictionary], [("__getitem__", ["key:500"])]),
        calling("dict[k] = v, pop", "dict", [("__setitem__", ["key:000000000001", "xxx"]), ("pop", ["key:000000000001"])]),
        calling("dict.increment", "dict", before: [("__setitem__", ["n", 0])], [("increment", ["n"])]),
        calling("list.append", "list", [("append", ["xxx"])]),
        calling("list.append, pop", "list", [("append", ["xxx"]), ("pop", [])]),
        calling("list[i]", "list", arguments: [SampleValues.numbers], [("__getitem__", [500])]),
        calling("list[i] = v", "list", arguments: [SampleValues.numbers], [("__setitem__", [500, "xxx"])]),
        calling("list.index, 500th", "list", arguments: [SampleValues.numbers], [("index", [500])]),
        calling("set.add", "set", [("add", ["key:000000000001"])]),
        calling("set.add, discard", "set", [("add", ["key:000000000001"]), ("discard", ["key:000000000001"])]),
        calling("queue.put", "Queue", [("put", ["xxx"])]),
        calling("queue.put, get", "Queue", [("put", ["xxx"]), ("get", [])]),
        calling("priority queue.put, get", "PriorityQueue", before: (0..<100).map { ("put", [.int($0)]) }, [("put", [50]), ("get", [])]),
        calling("queue.qsize", "Queue", [("qsize", [])]),
        calling("lock.acquire, release", "Lock", [("acquire", []), ("release", [])]),
        calling("rlock.acquire, release", "RLock", [("acquire", []), ("release", [])]),
        calling("semaphore.acquire, release", "Semaphore", arguments: [1], [("acquire", []), ("release", [])]),
        calling("condition.acquire, notify, release", "Condition", [("acquire", []), ("notify", []), ("release", [])]),
        calling("event.set, is_set, clear", "Event", [("set", []), ("is_set", []), ("clear", [])]),
        calling("value.get", "Value", arguments: ["i", 7], [("get", [])]),
        calling("value.set", "Value", arguments: ["i", 7], [("set", [8])]),
        calling("array[i]", "Array", arguments: ["i", SampleValues.numbers], [("__getitem__", [500])]),
        calling("array[i] = v", "Array", arguments: ["i", SampleValues.numbers], [("__setitem__", [500, 7])]),
        calling("namespace.x", "Namespace", before: [("__setattr__", ["x", 1])], [("__getattribute__", ["x"])]),
        calling("namespace.x = v", "Namespace", [("__setattr__", ["x", 1])]),
    ]

    private static func calling(
        _ name: String, _ typeID: String, arguments: [PickleValue] = [], before: [(String, [PickleValue])] = [], _ calls: [(String, [PickleValue])]
    ) -> Part {
        Part("object: \(name)", callsPerRound: calls.count) {
            let object = MeasuredObject(try Registry.standard.object(typeID, Arguments(try arguments.map { try Fragment($0) })))
            let (before, calls) = (try before.map(PreparedCall.init), try calls.map(PreparedCall.init))
            for call in before + calls { try object.check(call) }
            return { rounds in
                for _ in 0..<rounds {
                    for call in calls { keep(object.call(call)) }
                }
            }
        }
    }
}

/// A method's name and its arguments, still pickled.
private struct PreparedCall {
    let method: String
    let arguments: Arguments

    init(_ method: String, _ arguments: [PickleValue]) throws {
        self.method = method
        self.arguments = Arguments(try arguments.map { try Fragment($0) })
    }
}

/// An object in its place, as a session calls it.
private struct MeasuredObject {
    private let object: HostedObject
    private static let id = CallID(session: SessionID(1), number: 1)

    init(_ object: HostedObject) { self.object = object }

    func call(_ call: PreparedCall) -> Outcome? {
        var effects = Effects()
        return object.call(call.method, call.arguments, id: Self.id, now: Timestamp(nanoseconds: 1), effects: &effects)
    }

    /// - Throws: when the call fails or waits.
    func check(_ call: PreparedCall) throws {
        guard case .reply(.value) = self.call(call) else { throw WrongResult("\(call.method) is not answered with a value") }
    }
}
