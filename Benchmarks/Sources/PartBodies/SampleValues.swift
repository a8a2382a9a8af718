import Multiprocessing

/// The values that parts are measured with.
enum SampleValues {
    /// What an unmodified client sends for `d['key:000000000001'] = 'xxx'`.
    static let request = PythonPickle.request("7f0000000000001", "__setitem__", ["key:000000000001", "xxx"])

    /// A task as programs send it through queues.
    static let record: PickleValue = [
        "name": "task-17", "arguments": [1, 2.5, .none, true], "tags": .tuple(["fast", "small"]), "retries": 3, "payload": .string(String(repeating: "x", count: 100)),
    ]

    static let numbers = PickleValue.list(PickleElements((0..<1_000).map { .int($0) }))

    static let dictionary = PickleValue.dictionary(PickleEntries((0..<1_000).map { (key: .string("key:\($0)"), value: .int($0)) }))

    /// The values with their names; what is made of each is checked against the value.
    static let named: [(name: String, value: PickleValue)] = [
        ("request", .tuple(["7f0000000000001", "__setitem__", .tuple(["key:000000000001", "xxx"]), [:]])), ("record", record),
        ("list of 1000 ints", numbers), ("dict of 1000 entries", dictionary),
    ]
}
